import { type Ledger, LedgerError, type TransactionStatus } from '#libs/ledger';
import { OutcomeUnknown, type Patience } from './patience.js';

/** A transaction that was saved; without an envelope another process sent it. */
export interface SavedTransaction {
  txId: string;
  envelope: Uint8Array | undefined;
  ageSeconds: number;
}

/** Hands the saved bytes over; false when they can never become VALID. The same bytes may be sent any number of times. */
export async function send(
  ledger: Pick<Ledger, 'submit'>,
  { envelope, txId, ageSeconds }: SavedTransaction,
  { deadAfterSeconds }: Patience,
): Promise<boolean> {
  if (envelope === undefined || ageSeconds >= deadAfterSeconds) return false;
  try {
    await ledger.submit(envelope, txId);
    return true;
  } catch (error) {
    if (error instanceof LedgerError && !error.retryable) return false;
    throw error;
  }
}

/** What became of it. Throws OutcomeUnknown when the ledger does not say in time. */
export async function outcome(
  ledger: Pick<Ledger, 'status'>,
  txId: string,
  { statusMs }: Patience,
): Promise<TransactionStatus> {
  const status = await ledger.status(txId, statusMs);
  if (status === undefined) throw new OutcomeUnknown('the ledger has not said what became of the transaction');
  return status;
}
