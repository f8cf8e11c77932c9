import type { WakeUp } from '../events/wake-up.js';
import type { PatientKeys } from '../keys/patient-keys.js';
import type { Clock } from '../postgres/clock.js';
import type { Session, TransactionalSession } from '../postgres/database.js';
import { Groups } from '../postgres/groups.js';
import { isDataError, isWrongTime } from '../postgres/unavailable.js';
import type { NotWritten, WriteResult } from '../write.js';
import { bindConsents } from './consent-event.js';
import type { Permits } from './judge-writes.js';
import { type Attempt, createAtOnce, patientLock, refusedWrite, writeVersions } from './write-versions.js';

/** An attempt, and what decides about it. */
export interface Write {
  readonly attempt: Attempt;
  readonly permits: Permits;
}

export interface Writes {
  write(write: Write): Promise<WriteResult>;
  /** How it would be refused now, with its event; undefined where it would be written. */
  refused(write: Write): Promise<NotWritten | undefined>;
}

/** Counted in kilobytes of content. Of two statements one is worked on by Postgres while the next is prepared. */
const ALONE = { parallel: 2, largest: 256, mostWaiting: 1_000_000 };
const JOINED = { ...ALONE, parallel: 1 };

/**
 * Writes that stand alone. Creates that nothing can keep from recording share a statement and its commit with those that are
 * asked for at once; all others are a transaction each.
 */
export class SingleWrites implements Writes {
  readonly #creates: Groups<Write, WriteResult>;

  /** `wakeUp` is called when something is durable. */
  constructor(
    private readonly database: TransactionalSession,
    private readonly keys: PatientKeys,
    private readonly clock: Clock,
    private readonly wakeUp: WakeUp,
  ) {
    const kinds = { kindOf, mayBeOfOne: isDataError };
    this.#creates = new Groups((writes) => this.#createTogether(writes), ALONE, sizeOf, kinds);
  }

  async write(write: Write): Promise<WriteResult> {
    if (!isUnhindered(write)) return this.#alone(write);
    try {
      return await this.#creates.add(write);
    } catch (error) {
      if (!isWrongTime(error)) throw error;
      this.clock.forget();
      return this.#alone(write);
    }
  }

  async refused({ attempt, permits }: Write): Promise<NotWritten | undefined> {
    if (isUnhindered({ attempt, permits })) return undefined;
    await this.keys.ensure(patientsOf([attempt]), this.database);
    return this.database.transaction((session) => refusedWrite(attempt, permits, session, this.keys));
  }

  async #createTogether(writes: readonly Write[]): Promise<WriteResult[]> {
    const [{ permits }] = writes as [Write];
    const attempts = writes.map(({ attempt }) => attempt);
    await this.keys.ensure(patientsOf(attempts), this.database);
    const time = await this.clock.estimate();
    const results = await createAtOnce(attempts, permits.answer, time, this.database, this.keys);
    this.wakeUp.soon();
    return results;
  }

  async #alone({ attempt, permits }: Write): Promise<WriteResult> {
    await this.keys.ensure(patientsOf([attempt]), this.database);
    const [result] = await this.database.transaction((session) =>
      writeVersions([attempt], permits, session, this.keys),
    );
    // What fails here the worker makes good.
    if (attempt.type === 'Consent') await bindConsents(this.database).catch(() => undefined);
    this.wakeUp.soon(attempt.type === 'Consent');
    return result as WriteResult;
  }
}

/** Patients that one transaction locks one by one, before it locks all. */
const MOST_LOCKED = 1_000;

/** Writes inside one transaction: those asked for at once share their statements. */
export class JoinedWrites implements Writes {
  readonly #writes: Groups<Write, WriteResult>;
  #locked = 0;

  /** `outer` is outside: a key that was rolled back must not be in memory. */
  constructor(
    private readonly session: Session,
    private readonly outer: Session,
    private readonly keys: PatientKeys,
  ) {
    const kinds = { kindOf, mayBeOfOne: () => false };
    this.#writes = new Groups((writes) => this.#together(writes), JOINED, sizeOf, kinds);
  }

  write(write: Write): Promise<WriteResult> {
    return this.#writes.add(write);
  }

  async refused({ attempt, permits }: Write): Promise<NotWritten | undefined> {
    if (isUnhindered({ attempt, permits })) return undefined;
    await this.keys.ensure(patientsOf([attempt]), this.outer);
    return refusedWrite(attempt, permits, this.session, this.keys);
  }

  async #together(writes: readonly Write[]): Promise<WriteResult[]> {
    const [{ permits }] = writes as [Write];
    const attempts = writes.map(({ attempt }) => attempt);
    await this.keys.ensure(patientsOf(attempts), this.outer);
    const locks = patientLock({ attempts, permits }) !== 'none';
    const lockAll = locks && this.#locked > MOST_LOCKED;
    if (locks) this.#locked += attempts.reduce((sum, { content }) => sum + (content?.hashes.length ?? 1), 0);
    return writeVersions(attempts, permits, this.session, this.keys, lockAll);
  }
}

/** A Consent is written under an exclusive lock, and all but the free are judged: neither is done in one statement. */
function isUnhindered({ attempt, permits }: Write): boolean {
  return attempt.interaction === 'create' && permits.write.isFree && attempt.type !== 'Consent';
}

/**
 * Writes of one kind are of one interaction, under the same permits, at different resources. A Consent is of its own kind, and so is a Binary,
 * whose content may be elsewhere.
 */
function kindOf({ attempt, permits }: Write): string {
  const { interaction, type, id } = attempt;
  const alone = type === 'Consent' || type === 'Binary' ? `${type}/${id}` : '';
  return `${interaction} ${permits.blind} ${alone} ${permits.write.alike} ${permits.answer.alike}`;
}

function sizeOf({ attempt }: Write): number {
  return 4 + Math.ceil((attempt.content?.document.text.length ?? 0) / 1024);
}

function patientsOf(attempts: readonly Attempt[]): string[] {
  return [...new Set(attempts.flatMap(({ content }) => content?.patients ?? []))];
}
