// RFC 6962 section 2.1.2: that a later checkpoint of a site's log extends an earlier one
import { verifyConsistency as consistent, sameHash } from '#libs/merkle';
import { checkCheckpoint } from './check-checkpoint.js';
import { FormatError } from './format-error.js';
import type { Pin } from './pin.js';
import { Mismatch } from './verdict.js';
import type { Verification } from './verify-receipt.js';

function compare(older: string, newer: string, proof: readonly Uint8Array[], pin: Pin): string {
  const before = checkCheckpoint(older, pin);
  const after = checkCheckpoint(newer, pin);
  const lost = before.size - after.size;
  if (lost > 0)
    throw new Mismatch('ROLLED_BACK', `the log has lost its last ${lost} leaves since the earlier checkpoint`);
  if (lost === 0 && !sameHash(before.root, after.root)) {
    throw new Mismatch('FORKED', 'the log has the same size as then but other leaves');
  }
  if (!consistent(before.size, after.size, before.root, after.root, proof)) {
    throw new Mismatch('FORKED', 'the log does not begin with the leaves of the earlier checkpoint');
  }
  return `the log of ${after.size} leaves begins with the ${before.size} of the earlier checkpoint`;
}

/** Checks two signed checkpoints of the pinned log and the consistency proof between them. Never throws for what is wrong with them. */
export function verifyConsistency(older: string, newer: string, proof: readonly Uint8Array[], pin: Pin): Verification {
  try {
    return { verdict: 'OK', detail: compare(older, newer, proof, pin) };
  } catch (error) {
    if (error instanceof Mismatch) return { verdict: error.verdict, detail: error.message };
    if (error instanceof FormatError) return { verdict: 'ALTERED', detail: error.message };
    throw error;
  }
}
