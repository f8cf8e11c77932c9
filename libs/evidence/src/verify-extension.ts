// RFC 6962 section 2.1.2: that a later checkpoint of a site's log extends an earlier one
import { verifyConsistency as consistent, sameHash } from '#libs/merkle';
import { checkSide, pinOf } from './across-move.js';
import { checkCheckpoint } from './check-checkpoint.js';
import { FormatError } from './format-error.js';
import type { OpenBlock } from './open-block.js';
import type { Pin } from './pin.js';
import type { SiteCheckpoint } from './site-checkpoint.js';
import { Mismatch } from './verdict.js';
import type { Verification } from './verify-receipt.js';

/** The two notes, each under the pin that it claims and on its side of the move. */
function sides(notes: readonly string[], pin: Pin, openBlock: OpenBlock): SiteCheckpoint[] {
  return notes.map((note) => {
    const checkpoint = checkCheckpoint(note, pinOf(note, pin));
    checkSide(checkpoint, pin, openBlock);
    return checkpoint;
  });
}

function compare(notes: [string, string], proof: readonly Uint8Array[], pin: Pin, openBlock: OpenBlock): string {
  const [before, after] = sides(notes, pin, openBlock) as [SiteCheckpoint, SiteCheckpoint];
  if (before.origin === pin.origin && after.origin !== pin.origin)
    throw new Mismatch('ROLLED_BACK', 'the log is back on the ledger that it had moved away from');
  const lost = before.size - after.size;
  if (lost > 0)
    throw new Mismatch('ROLLED_BACK', `the log has lost its last ${lost} leaves since the earlier checkpoint`);
  if (lost === 0 && !sameHash(before.root, after.root)) {
    throw new Mismatch('FORKED', 'the log has the same size as then but other leaves');
  }
  if (!consistent(before.size, after.size, before.root, after.root, proof)) {
    throw new Mismatch('FORKED', 'the log does not begin with the leaves of the earlier checkpoint');
  }
  const across = before.origin === after.origin ? '' : ', taken over from the ledger before';
  return `the log of ${after.size} leaves begins with the ${before.size} of the earlier checkpoint${across}`;
}

/**
 * Checks two signed checkpoints of the pinned log and the consistency proof between them; the earlier one may be from before the
 * log moved to the pinned ledger. Never throws for what is wrong with them.
 */
export function verifyConsistency(
  older: string,
  newer: string,
  proof: readonly Uint8Array[],
  pin: Pin,
  openBlock: OpenBlock,
): Verification {
  try {
    return { verdict: 'OK', detail: compare([older, newer], proof, pin, openBlock) };
  } catch (error) {
    if (error instanceof Mismatch) return { verdict: error.verdict, detail: error.message };
    if (error instanceof FormatError) return { verdict: 'ALTERED', detail: error.message };
    throw error;
  }
}
