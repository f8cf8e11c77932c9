import type { Bind, Permit, WritePermit } from '#libs/consent';
import type { Session } from '../postgres/database.js';
import { prepared } from '../postgres/statement.js';
import { STAND_IN } from './version-row.js';

export interface Judgement {
  readonly allowed: boolean;
  /** The Consent version that decided. */
  readonly consent?: string;
}

/** What is judged: content that is about to be stored, and the version that it replaces. */
export interface Judged {
  readonly type: string;
  /** Hashes of the patients of the new content; absent for a deletion. */
  readonly patients?: readonly bigint[];
  /** pid of the current version; `none` where there is none but the answer must take as long as if there were. */
  readonly current?: bigint | 'none';
  /** May the current version be replaced without being seen? */
  readonly blind: boolean;
}

interface Row {
  allowed: boolean;
  consent: string | null;
}

const ALLOWED: Judgement = { allowed: true };

/** Decides on a write whose locks are held, in one statement, on the Consents in force when it starts. */
export async function judgeWrite(
  judged: Judged,
  permit: WritePermit,
  answer: Permit,
  session: Session,
): Promise<Judgement> {
  const sighted = !judged.blind && judged.current !== undefined;
  if (permit.isFree && !sighted) return ALLOWED;
  const [row] = await session.run<Row>(
    prepared((bind) => question(judged, permit, sighted ? answer : undefined, bind)),
  );
  if (row === undefined) throw new Error('a judgement is a row');
  return { allowed: row.allowed, ...(row.consent === null ? {} : { consent: row.consent }) };
}

function question(judged: Judged, permit: WritePermit, answer: Permit | undefined, bind: Bind): string {
  const parts = [
    ...(judged.patients === undefined
      ? []
      : [{ ok: permit.predicateOn('n.type', 'n.patients', bind), by: permit.decidedOn('n.type', 'n.patients', bind) }]),
    ...(judged.current === undefined ? [] : [{ ok: permit.predicate('v', bind), by: permit.decidedBy('v', bind) }]),
    ...(answer === undefined ? [] : [{ ok: answer.predicate('v', bind), by: answer.decidedBy('v', bind) }]),
  ];
  const ok = parts.map((part) => part.ok).join(' AND ');
  const by = parts.map((part) => part.by).join(', ');
  // Bound in FROM, so that each value is used whatever the predicates look at.
  return `SELECT ${ok} AS allowed, COALESCE(${by}) AS consent
    FROM (SELECT ${bind(judged.type)}::text AS type, ${bind((judged.patients ?? []).map(String))}::bigint[] AS patients) AS n
    LEFT JOIN version v ON v.pid = COALESCE(${bind(pidOf(judged))}::bigint, ${STAND_IN})`;
}

function pidOf({ current }: Judged): string | null {
  return typeof current === 'bigint' ? String(current) : null;
}
