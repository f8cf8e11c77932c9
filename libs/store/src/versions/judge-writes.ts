import type { Bind, Permit, WritePermit } from '#libs/consent';
import { bigints, integers, texts } from '../postgres/binary-array.js';
import type { Session } from '../postgres/database.js';
import { Slices } from '../postgres/slices.js';
import { list, prepared } from '../postgres/statement.js';
import { STAND_IN } from './version-row.js';

export interface Judgement {
  readonly allowed: boolean;
  /** The Consent versions that decided, with spaces between. */
  readonly consent?: string;
}

/** What is judged: content that is about to be stored, and the version that it replaces. */
export interface Judged {
  readonly type: string;
  /** Hashes of the patients of the new content; absent for a deletion, then for all of them. */
  readonly patients?: readonly bigint[];
  /** pid of the current version; `none` where there is none but the answer must take as long as if there were. */
  readonly current?: bigint | 'none';
}

/** The two decisions of a write: may it be recorded, may it be shown. */
export interface Permits {
  readonly write: WritePermit;
  readonly answer: Permit;
  /** May the current version be replaced without being seen? */
  readonly blind: boolean;
}

interface Row {
  allowed: boolean;
  consent: string | null;
}

const ALLOWED: Judgement = { allowed: true };

/** Whether a Consent can have a say in writes under these permits. */
export function isJudged({ write, blind }: Permits): boolean {
  return !write.isFree || !blind;
}

/** Decides on writes whose locks are held, in one statement, on the Consents in force when it starts. */
export async function judgeWrites(
  judged: readonly Judged[],
  permits: Permits,
  session: Session,
): Promise<readonly Judgement[]> {
  const isSighted = !permits.blind && judged.some(({ current }) => current !== undefined);
  if (permits.write.isFree && !isSighted) return judged.map(() => ALLOWED);
  const rows = await session.run<Row>(prepared((bind) => question(judged, permits, bind)));
  return rows.map(({ allowed, consent }) => ({ allowed, ...(consent === null ? {} : { consent }) }));
}

function question(judged: readonly Judged[], { write, answer, blind }: Permits, bind: Bind): string {
  const onCurrent = (sql: string, otherwise: string) => `CASE WHEN x.looked = 1 THEN ${sql} ELSE ${otherwise} END`;
  const parts = [
    ...(judged[0]?.patients === undefined
      ? []
      : [{ ok: write.predicateOn('n.type', 'n.patients', bind), by: write.decidedOn('n.type', 'n.patients', bind) }]),
    { ok: onCurrent(write.predicate('v', bind), 'true'), by: onCurrent(write.decidedBy('v', bind), 'NULL') },
    ...(blind
      ? []
      : [{ ok: onCurrent(answer.predicate('v', bind), 'true'), by: onCurrent(answer.decidedBy('v', bind), 'NULL') }]),
  ];
  const types = bind(texts(judged.map(({ type }) => type)));
  const looked = bind(integers(judged.map(({ current }) => (current === undefined ? 0 : 1))));
  const pids = bind(bigints(judged.map(({ current }) => (typeof current === 'bigint' ? current : null))));
  const patients = new Slices(bind).of(judged.map((one) => one.patients ?? [])).column(bigints, 'bigint');
  return `SELECT ${parts.map((part) => part.ok).join(' AND ')} AS allowed,
      NULLIF(concat_ws(' ', ${parts.map((part) => part.by).join(', ')}), '') AS consent
    FROM unnest(${[`${types}::text[]`, `${looked}::integer[]`, `${pids}::bigint[]`].map(list).join(', ')}) WITH ORDINALITY AS x (type, looked, current, ord)
    CROSS JOIN LATERAL (SELECT x.type AS type, ${patients} AS patients OFFSET 0) AS n
    LEFT JOIN version v ON v.pid = COALESCE(x.current, ${STAND_IN}) ORDER BY x.ord`;
}
