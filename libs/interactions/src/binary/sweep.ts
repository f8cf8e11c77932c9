import type { Services } from '../services.js';

/** Longer than any upload goes without saying that it is still under way. */
const ABANDONED_SECONDS = 15 * 60;

/**
 * Throws away what processes that are gone took in without making a version of it. Touches nothing that is not on record as
 * an upload of this database. How many there were.
 */
export async function sweepUploads(
  { store, blobs }: Pick<Services, 'store' | 'blobs'>,
  seconds = ABANDONED_SECONDS,
): Promise<number> {
  if (blobs === undefined) return 0;
  const abandoned = await store.uploads.abandoned(seconds);
  for (const { upload, address } of abandoned) {
    // First what is kept, then the record of it: swept twice is no fault, and not at all is one.
    await blobs.discard(upload);
    if (address && !(await store.uploads.isUsed(address))) await blobs.remove(address);
    await store.uploads.end(upload);
  }
  return abandoned.length;
}
