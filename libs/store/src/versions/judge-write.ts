import type { Bind, Permit, WritePermit } from '#libs/consent';
import type { Session } from '../postgres/database.js';
import { prepared } from '../postgres/statement.js';

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
  /** pid of the current version. */
  readonly current?: bigint;
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
    ...newContent(judged, permit, bind),
    ...replaced(judged, permit, bind),
    ...(answer === undefined ? [] : [{ ok: answer.predicate('v', bind), by: answer.decidedBy('v', bind) }]),
  ];
  const ok = parts.map((part) => part.ok).join(' AND ');
  const by = parts.map((part) => part.by).join(', ');
  const from =
    judged.current === undefined ? '(SELECT) AS v' : `version v WHERE v.pid = ${bind(String(judged.current))}`;
  return `SELECT ${ok} AS allowed, COALESCE(${by}) AS consent FROM ${from}`;
}

interface Part {
  readonly ok: string;
  readonly by: string;
}

function newContent({ type, patients }: Judged, permit: WritePermit, bind: Bind): Part[] {
  if (patients === undefined) return [];
  const typeText = `${bind(type)}::text`;
  const hashes = `${bind(patients.map(String))}::bigint[]`;
  return [{ ok: permit.predicateOn(typeText, hashes, bind), by: permit.decidedOn(typeText, hashes, bind) }];
}

function replaced({ current }: Judged, permit: WritePermit, bind: Bind): Part[] {
  return current === undefined ? [] : [{ ok: permit.predicate('v', bind), by: permit.decidedBy('v', bind) }];
}
