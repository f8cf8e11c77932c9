// A log that moved to another ledger: what was signed for it there, and what was signed before
import { verifyConsistency as consistent, parseNote, sameHash } from '#libs/merkle';
import { type Adoption, openAdoption } from './adoption.js';
import type { OpenBlock } from './open-block.js';
import type { Pin } from './pin.js';
import type { SiteCheckpoint } from './site-checkpoint.js';
import { demand, Mismatch } from './verdict.js';

/** The pin under which a checkpoint claims to be signed: this one, or the one before it. Checks nothing. */
export function pinOf(note: string, pin: Pin): Pin {
  const before = pin.adopted?.before;
  if (before === undefined) return pin;
  return parseNote(note)?.signatures[0]?.name === before.origin ? before : pin;
}

/** How an event from before the move stands to the log that was taken over. */
export interface AcrossMove {
  adoption: Adoption;
  /** Whether its tree is shown to be the beginning of the one that was taken over, or that one itself. */
  isShown: boolean;
}

function forked(detail: string): Mismatch {
  return new Mismatch('FORKED', detail);
}

/** Throws FORKED for a tree of the ledger before that cannot be the beginning of the one that was taken over. */
function checkBefore({ size, root }: SiteCheckpoint, adoption: Adoption): void {
  if (size > adoption.size) throw forked('the log grew on the ledger before the move when it had moved away');
  if (size === adoption.size && !sameHash(root, adoption.root))
    throw forked('another log was taken over than this one');
}

/** Throws FORKED for a tree of the pinned ledger that cannot continue the one that was taken over. */
function checkAfter({ size, root }: SiteCheckpoint, adoption: Adoption): void {
  if (size < adoption.size) throw forked('the log is smaller than the one that was taken over');
  if (size === adoption.size && !sameHash(root, adoption.root))
    throw forked('the log is not the one that was taken over');
}

/**
 * Holds a checkpoint of the ledger before against the adoption in the pin. Undefined where the checkpoint is of the ledger in
 * use. Throws Mismatch or FormatError.
 */
export function checkAcrossMove(
  checkpoint: SiteCheckpoint,
  continuation: readonly Buffer[] | undefined,
  pin: Pin,
  openBlock: OpenBlock,
): AcrossMove | undefined {
  if (checkpoint.origin !== pin.adopted?.before.origin) {
    demand(continuation === undefined, 'the receipt shows a move that the pin knows nothing of');
    return undefined;
  }
  const adoption = openAdoption(pin, openBlock);
  checkBefore(checkpoint, adoption);
  if (continuation === undefined) return { adoption, isShown: checkpoint.size === adoption.size };
  const { size, root } = checkpoint;
  if (!consistent(size, adoption.size, root, adoption.root, continuation))
    throw forked('the log that was taken over does not begin with the leaves of this one');
  return { adoption, isShown: true };
}

/** Holds a checkpoint of either ledger against the size at which the log moved. Throws Mismatch or FormatError. */
export function checkSide(checkpoint: SiteCheckpoint, pin: Pin, openBlock: OpenBlock): void {
  if (pin.adopted === undefined) return;
  const adoption = openAdoption(pin, openBlock);
  if (checkpoint.origin === pin.adopted.before.origin) checkBefore(checkpoint, adoption);
  else checkAfter(checkpoint, adoption);
}
