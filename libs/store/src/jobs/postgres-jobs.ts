// FHIR R4 async.html: jobs in Postgres; requests and results are encrypted at rest.
import type { Hash64 } from '#libs/consent';
import { openContent, sealContent } from '../keys/content.js';
import type { Session, TransactionalSession } from '../postgres/database.js';
import { type Statement, statement } from '../postgres/statement.js';
import type { JobEnd, JobLimits, JobState, Jobs, NewJob, TakenJob } from './job.js';

interface TakenRow {
  id: string;
  attempt: number;
  repeatable: boolean;
  interrupted: number;
  request: Buffer;
}

interface StateRow {
  id: string;
  state: JobState['state'];
  now: Date;
  accepted: Date;
  started: Date | null;
  expires: Date;
  interrupted: number;
  steps: number;
  all_steps: number;
}

const NOW = 'clock_timestamp()';

export class PostgresJobs implements Jobs {
  constructor(
    private readonly database: TransactionalSession,
    private readonly key: Buffer,
    private readonly hash64: Hash64,
  ) {}

  async add(job: NewJob, limits: JobLimits): Promise<'added' | 'client' | 'all'> {
    const request = await this.#seal('request', job.id, job.request);
    const [owner, client] = [this.#owner(job.owner), String(this.hash64('job client', job.client))];
    return this.database.transaction(async (session) => {
      await run(session, (bind) => `SELECT pg_advisory_xact_lock(${bind(String(this.hash64('jobs')))}::bigint)`);
      const [counts] = await run<{ all: number; ours: number }>(
        session,
        (bind) => `SELECT count(*)::int AS all, (count(*) FILTER (WHERE client = ${bind(client)}::bigint))::int AS ours
          FROM job WHERE expires > ${NOW}`,
      );
      if (counts && counts.ours >= limits.ofClient) return 'client';
      if (counts && counts.all >= limits.ofAll) return 'all';
      await run(
        session,
        (bind) => `INSERT INTO job (id, owner, client, state, repeatable, expires, request) VALUES (${bind(job.id)},
          ${bind(owner)}, ${bind(client)}, 'waiting', ${bind(job.repeatable)}, ${later(bind(job.seconds))}, ${bind(request)})`,
      );
      return 'added';
    });
  }

  async take(silence: number): Promise<TakenJob | undefined> {
    const [row] = await run<TakenRow>(
      this.database,
      (bind) => `UPDATE job SET state = 'running', attempt = attempt + 1, alive = ${NOW}, started = ${NOW}, steps = 0,
          interrupted = interrupted + (state = 'running')::int
        WHERE id = (SELECT id FROM job WHERE expires > ${NOW} AND (state = 'waiting'
            OR state = 'running' AND alive < ${NOW} - make_interval(secs => ${bind(silence)}))
          ORDER BY accepted FOR UPDATE SKIP LOCKED LIMIT 1)
        RETURNING id, attempt, repeatable, interrupted, request`,
    );
    return row && { ...row, request: await this.#open('request', row.id, row.request) };
  }

  async alive({ id, attempt }: TakenJob, steps: number, allSteps: number): Promise<boolean> {
    const rows = await run(
      this.database,
      (bind) => `UPDATE job SET alive = ${NOW}, steps = ${bind(steps)}, all_steps = ${bind(allSteps)}
        WHERE id = ${bind(id)} AND attempt = ${bind(attempt)} AND state = 'running' AND expires > ${NOW} RETURNING id`,
    );
    return rows.length > 0;
  }

  async finish({ id, attempt }: TakenJob, { state, result, seconds }: JobEnd): Promise<boolean> {
    const sealed = await this.#seal('result', id, result);
    const rows = await run(
      this.database,
      (bind) => `UPDATE job SET state = ${bind(state)}, finished = ${NOW}, expires = ${later(bind(seconds))},
          request = NULL, result = ${bind(sealed)}
        WHERE id = ${bind(id)} AND attempt = ${bind(attempt)} AND state = 'running' RETURNING id`,
    );
    return rows.length > 0;
  }

  async giveBack({ id, attempt }: TakenJob): Promise<void> {
    await run(
      this.database,
      (bind) => `UPDATE job SET state = 'waiting', interrupted = interrupted + 1
        WHERE id = ${bind(id)} AND attempt = ${bind(attempt)} AND state = 'running'`,
    );
  }

  async find(id: string, owner: string): Promise<JobState | undefined> {
    const [row] = await run<StateRow>(
      this.database,
      (bind) => `SELECT id, state, ${NOW} AS now, accepted, started, expires, interrupted, steps, all_steps
        FROM job WHERE id = ${bind(id)} AND owner = ${bind(this.#owner(owner))} AND expires > ${NOW}`,
    );
    return row && stateOf(row);
  }

  async result(id: string, owner: string): Promise<Buffer | undefined> {
    const [row] = await run<{ result: Buffer }>(
      this.database,
      (bind) => `SELECT result FROM job WHERE id = ${bind(id)} AND owner = ${bind(this.#owner(owner))}
        AND expires > ${NOW} AND result IS NOT NULL`,
    );
    return row && this.#open('result', id, row.result);
  }

  async again(id: string, owner: string, request: Uint8Array): Promise<void> {
    const sealed = await this.#seal('request', id, request);
    await run(
      this.database,
      (bind) => `UPDATE job SET state = 'waiting', result = NULL, finished = NULL, request = ${bind(sealed)}
        WHERE id = ${bind(id)} AND owner = ${bind(this.#owner(owner))} AND state = 'done'`,
    );
  }

  async remove(id: string, owner: string): Promise<JobState['state'] | undefined> {
    const [row] = await run<{ state: JobState['state'] }>(
      this.database,
      (bind) => `DELETE FROM job WHERE id = ${bind(id)} AND owner = ${bind(this.#owner(owner))} AND expires > ${NOW}
        RETURNING state`,
    );
    return row?.state;
  }

  async removeExpired(): Promise<void> {
    await run(this.database, () => `DELETE FROM job WHERE expires <= ${NOW}`);
  }

  #owner(owner: string): string {
    return String(this.hash64('job owner', owner));
  }

  #seal(part: 'request' | 'result', id: string, bytes: Uint8Array): Promise<Buffer> {
    return sealContent(bytes, { type: `job ${part}`, id, version: 1 }, this.key);
  }

  #open(part: 'request' | 'result', id: string, sealed: Uint8Array): Promise<Buffer> {
    return openContent(sealed, { type: `job ${part}`, id, version: 1 }, this.key);
  }
}

function run<Row extends object = object>(session: Session, build: Parameters<typeof statement>[0]): Promise<Row[]> {
  return session.run(statement(build) as Statement) as Promise<Row[]>;
}

function later(seconds: string): string {
  return `${NOW} + make_interval(secs => ${seconds})`;
}

function stateOf(row: StateRow): JobState {
  const { id, state, interrupted, steps } = row;
  return {
    id,
    state,
    now: row.now.getTime(),
    accepted: row.accepted.getTime(),
    ...(row.started === null ? {} : { started: row.started.getTime() }),
    expires: row.expires.getTime(),
    interrupted,
    steps,
    allSteps: row.all_steps,
  };
}
