// C2SP signed-note and tlog-checkpoint: a site's checkpoint under the pinned key
import { claimsKey, openNote, parseNote, parseVerifierKey, type VerifierKey } from '#libs/merkle';
import type { Pin } from './pin.js';
import { readSiteCheckpoint, type SiteCheckpoint } from './site-checkpoint.js';
import { demand, Mismatch } from './verdict.js';

function pinnedKey(pin: Pin): VerifierKey {
  const key = parseVerifierKey(pin.checkpointKey);
  if (key === undefined) throw new Mismatch('UNTRUSTED_KEY', 'the pin has no usable checkpoint key');
  return key;
}

/** The checkpoint in `note`, signed by the pinned key and by nobody else. Throws Mismatch, or FormatError when malformed. */
export function checkCheckpoint(note: string, pin: Pin): SiteCheckpoint {
  const key = pinnedKey(pin);
  const parsed = parseNote(note);
  demand(parsed !== undefined, 'the checkpoint is no signed note');
  const [signature] = parsed.signatures;
  if (signature === undefined || !claimsKey(signature, key)) {
    throw new Mismatch(
      'UNTRUSTED_KEY',
      `the checkpoint is signed by ${signature?.name ?? 'nobody'}, not by the pinned key of ${key.name}`,
    );
  }
  demand(parsed.signatures.length === 1, 'the checkpoint has a signature line too many');
  const text = openNote(note, key);
  demand(text !== undefined, 'the signature of the checkpoint does not fit its text');
  const checkpoint = readSiteCheckpoint(text);
  demand(checkpoint.origin === pin.origin, 'the checkpoint is of another log');
  return checkpoint;
}
