import { openOpening } from '../keys/opening.js';
import type { PatientKeys } from '../keys/patient-keys.js';
import { receiptOfVersion as partsOfVersion, type Query, type ReceiptParts } from '../log/index.js';
import type { Session } from '../postgres/database.js';
import { prepared } from '../postgres/statement.js';

/** All that the receipt of a version's event is made of but for its content. */
export interface VersionReceipt extends ReceiptParts {
  /** Absent once the key it was encrypted under has been destroyed. */
  readonly opening?: Buffer;
}

interface Row {
  event_id: Buffer;
  opening: Buffer;
  patient: string | null;
  wrapped: Buffer | null;
}

/** Undefined until the event is in a VALID transaction. */
export async function receiptOfVersion(
  pid: bigint,
  keys: PatientKeys,
  session: Session,
): Promise<VersionReceipt | undefined> {
  const query: Query = <R>(text: string, values: unknown[] = []) => session.run({ text, values }) as Promise<R[]>;
  const parts = await partsOfVersion(query, pid);
  if (parts === undefined || parts === 'unanchored') return undefined;
  const opening = await openingOfVersion(pid, keys, session);
  return { ...parts, ...(opening && { opening }) };
}

async function openingOfVersion(pid: bigint, keys: PatientKeys, session: Session): Promise<Buffer | undefined> {
  const [row] = await session.run<Row>(
    prepared(
      (bind) => `SELECT e.event_id, e.opening, e.patient, k.wrapped FROM event e
        LEFT JOIN patient_key k ON k.patient = e.patient WHERE e.version_pid = ${bind(String(pid))}`,
    ),
  );
  if (row === undefined) return undefined;
  const patient = row.patient === null ? undefined : keys.unwrap(BigInt(row.patient), row.wrapped);
  return openOpening(row.opening, row.event_id, { site: keys.chain.openings, ...(patient && { patient }) });
}
