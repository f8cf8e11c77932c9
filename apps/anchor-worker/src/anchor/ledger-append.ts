import type { AppendArgument } from '#libs/evidence';
import { type Ledger, LedgerError } from '#libs/ledger';

/** The transaction to send for a batch; without an envelope it is on the ledger already. */
export interface AppendTransaction {
  txId: string;
  envelope: Uint8Array | undefined;
}

const TX_ID = /^[0-9a-f]{64}$/;

/** The transaction that the contract says has appended this very batch before. */
function earlierTransaction(error: unknown): string | undefined {
  if (!(error instanceof LedgerError) || error.contractCode !== 'ALREADY_APPENDED') return undefined;
  return TX_ID.test(error.contractDetail ?? '') ? error.contractDetail : undefined;
}

/** Has the batch endorsed. That it is appended already counts as success. Throws LedgerError otherwise. */
export async function prepareAppend(
  ledger: Pick<Ledger, 'prepare'>,
  argument: AppendArgument,
): Promise<AppendTransaction> {
  try {
    return await ledger.prepare('append', argument);
  } catch (error) {
    const txId = earlierTransaction(error);
    if (txId === undefined) throw error;
    return { txId, envelope: undefined };
  }
}
