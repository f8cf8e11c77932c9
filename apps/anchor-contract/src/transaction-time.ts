import type { Context } from 'fabric-contract-api';

/** The transaction's own time, milliseconds: the same for every peer that endorses. */
export function transactionTime(ctx: Context): number {
  return ctx.stub.getDateTimestamp().getTime();
}
