import { type Ledger, LedgerError } from '#libs/ledger';

/** The transaction to send; without an envelope it is on the ledger already. */
export interface Prepared {
  txId: string;
  envelope: Uint8Array | undefined;
}

const TX_ID = /^[0-9a-f]{64}$/;
const DONE = new Set(['ALREADY_APPENDED', 'ALREADY_RECORDED']);

/** The transaction that the contract says has done this very thing before. */
function earlierTransaction(error: unknown): string | undefined {
  if (!(error instanceof LedgerError) || !DONE.has(error.contractCode ?? '')) return undefined;
  return TX_ID.test(error.contractDetail ?? '') ? error.contractDetail : undefined;
}

/** Has the function endorsed. That it has been done already counts as success. Throws LedgerError otherwise. */
export async function prepare(ledger: Pick<Ledger, 'prepare'>, fn: string, argument: object): Promise<Prepared> {
  try {
    return await ledger.prepare(fn, argument);
  } catch (error) {
    const txId = earlierTransaction(error);
    if (txId === undefined) throw error;
    return { txId, envelope: undefined };
  }
}
