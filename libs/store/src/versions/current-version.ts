import type { Session } from '../postgres/database.js';
import { prepared } from '../postgres/statement.js';

/** The version that a write finds, under lock until the end of its transaction. */
export interface CurrentVersion {
  readonly pid: bigint;
  readonly version: number;
  readonly deleted: boolean;
  readonly lastUpdated: bigint;
  readonly patients: readonly string[];
}

/** A write that holds its locks. */
export interface Begun {
  /** Microseconds of the Postgres clock, after the last lock was got. */
  readonly now: bigint;
  readonly current?: CurrentVersion;
}

interface Row {
  now: string;
  pid: string | null;
  version: number;
  deleted: boolean;
  last_updated: string;
  patient_ids: string[] | null;
}

/** The resource that a write is about. */
export interface Target {
  readonly type: string;
  readonly id: string;
  /** Lock of the resource; absent for an id that nobody else can know yet. */
  readonly lock?: bigint;
  /** Hashes of the patients of the new content. */
  readonly patients: readonly bigint[];
}

/** Takes the locks of a write (DESIGN section 3) and looks at what is there. */
export async function beginWrite({ type, id, lock, patients }: Target, session: Session): Promise<Begun> {
  const [row] = await session.run<Row>(
    prepared(
      (bind) => `SELECT now, pid, version, deleted, last_updated, patient_ids
        FROM begin_write(${bind(type)}, ${bind(id)}, ${bind(lock === undefined ? null : String(lock))}::bigint,
          ${bind(patients.map(String))}::bigint[])`,
    ),
  );
  if (row === undefined) throw new Error('begin_write returns a row');
  const now = BigInt(row.now);
  if (row.pid === null) return { now };
  const { version, deleted, patient_ids: ids } = row;
  const lastUpdated = BigInt(row.last_updated);
  return { now, current: { pid: BigInt(row.pid), version, deleted, lastUpdated, patients: ids ?? [] } };
}
