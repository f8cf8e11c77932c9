// holdfast-parked/1: what stands in the log in the place of an event that the ledger refuses for good
import { createHash } from 'node:crypto';
import { encodeFields } from './field.js';

export const PARKED_FORMAT = 'holdfast-parked/1';

/**
 * The record whose leaf takes the event's place: it commits to the event's id, to its record and to the leaf it would have
 * had, and says why it was refused. What it stands for is kept in the database and named by `holdfast doctor`.
 */
export function parkedRecord(
  event: { eventId: Uint8Array; record: Uint8Array; leaf: Uint8Array },
  reason: string,
): Buffer {
  const sha256 = createHash('sha256').update(event.record).digest();
  return encodeFields([PARKED_FORMAT, event.eventId, sha256, event.leaf, reason]);
}
