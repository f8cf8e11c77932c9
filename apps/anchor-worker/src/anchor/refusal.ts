// What a contract refuses for good, and whose fault that is
import { FormatError } from '#libs/evidence';
import { type Ledger, LedgerError } from '#libs/ledger';

/** The contract cannot read what it was given: some event of the batch, and no other circumstance, is at fault. */
const OF_THE_CONTENT = new Set(['BAD_ARGUMENT']);

/** Refusals of a Consent that no later attempt will change: what is under the key of a version stays there, also what cannot be read. */
const OF_THE_CONSENT = new Set(['BAD_ARGUMENT', 'WRITTEN_ONCE', 'FOREIGN_CONSENT', 'BAD_TIME', 'BAD_STATE']);

/**
 * Why this batch will never be taken because of an event in it; undefined when the ledger is away, is at another place of the
 * log, or fails in any other way that is not an event's: then nothing may be parked.
 */
export function refusedEvent(error: unknown): string | undefined {
  if (error instanceof FormatError) return 'MALFORMED';
  const code = error instanceof LedgerError ? error.contractCode : undefined;
  return code !== undefined && OF_THE_CONTENT.has(code) ? code : undefined;
}

/**
 * Why this Consent will never be taken; undefined when it may be later. Behind a version that was refused there is a GAP for good;
 * otherwise it is that of a peer which has not all blocks yet, as after a restart.
 */
export function refusedConsent(error: unknown, { afterRefused }: { afterRefused: boolean }): string | undefined {
  const code = error instanceof LedgerError ? error.contractCode : undefined;
  if (code === undefined) return undefined;
  return OF_THE_CONSENT.has(code) || (code === 'GAP' && afterRefused) ? code : undefined;
}

/** What was asked of the contract, and whose peer is ours. */
export interface Asked {
  fn: string;
  argument: object;
  mspId: string;
}

/**
 * Why our own peer, asked alone, refuses it for good as well, as `judge` finds in its error: nothing is given up on the word of another
 * organisation's. Throws what our peer says otherwise, or `error` where it endorses.
 */
export async function ownRefusal(
  ledger: Pick<Ledger, 'prepare'>,
  { fn, argument, mspId }: Asked,
  error: unknown,
  judge: (error: unknown) => string | undefined,
): Promise<string> {
  try {
    await ledger.prepare(fn, argument, [mspId]);
  } catch (own) {
    const reason = judge(own);
    if (reason !== undefined) return reason;
    throw own;
  }
  throw error;
}
