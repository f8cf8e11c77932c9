import { bigints, texts } from '../postgres/binary-array.js';
import type { Session } from '../postgres/database.js';
import { prepared } from '../postgres/statement.js';

/** The version that a write finds, under lock until the end of its transaction. */
export interface CurrentVersion {
  readonly pid: bigint;
  readonly version: number;
  readonly deleted: boolean;
  readonly lastUpdated: bigint;
  readonly patients: readonly string[];
  /** The same as keyed hashes. */
  readonly hashes: readonly bigint[];
}

/** Writes that hold their locks. */
export interface Begun {
  /** Microseconds of the Postgres clock, after the last lock was got. */
  readonly now: bigint;
  /** By the place of the write; absent where there is none. */
  readonly current: readonly (CurrentVersion | undefined)[];
}

interface Row {
  ord: string;
  now: string | null;
  pid: string;
  version: number;
  deleted: boolean;
  last_updated: string;
  patient_ids: string[] | null;
  patients: string[] | null;
}

/**
 * How patients are locked: not at all where no Consent can decide and none is written; shared where one may decide; exclusive where one
 * is written; all where there are more of them than can be locked one by one.
 */
export type PatientLock = 'none' | 'shared' | 'exclusive' | 'all';

/** What is locked. */
export interface Targets {
  /** Resources that exist already or may: what is created under a new id needs no lock. */
  readonly resources: readonly { readonly type: string; readonly id: string; readonly lock: bigint }[];
  /** Hashes of the patients of the new contents. */
  readonly patients: readonly bigint[];
  readonly patientLock: PatientLock;
}

/** Takes the locks of writes (DESIGN section 3) and looks at what is there: `current` is by the place among the resources. */
export async function beginWrites({ resources, patients, patientLock }: Targets, session: Session): Promise<Begun> {
  const rows = await session.run<Row>(
    prepared(
      (bind) => `SELECT * FROM begin_writes(${bind(texts(resources.map(({ type }) => type)))}::text[],
        ${bind(texts(resources.map(({ id }) => id)))}::text[], ${bind(bigints(resources.map(({ lock }) => lock)))}::bigint[],
        ${bind(bigints(patients))}::bigint[], ${bind(patientLock)})`,
    ),
  );
  const current: (CurrentVersion | undefined)[] = [];
  let now = 0n;
  for (const row of rows) {
    if (row.now === null) current[Number(row.ord) - 1] = currentOf(row);
    else now = BigInt(row.now);
  }
  return { now, current };
}

function currentOf({ pid, version, deleted, last_updated: updated, patient_ids: ids, patients }: Row): CurrentVersion {
  const hashes = (patients ?? []).map(BigInt);
  return { pid: BigInt(pid), version, deleted, lastUpdated: BigInt(updated), patients: ids ?? [], hashes };
}
