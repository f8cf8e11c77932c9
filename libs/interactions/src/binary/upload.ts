import { type BlobStore, TooLarge, takeIn } from '#libs/blob';
import { FhirError, payloadTooLarge, unavailable } from '#libs/fhir-model';
import type { UploadedBlob, Uploads } from '#libs/store';
import type { Services } from '../services.js';

/** How often who takes content in says that it still does. */
const TOUCH_MILLISECONDS = 60_000;
const RETRY_AFTER_SECONDS = 30;
/** Uploads that one process takes in at a time: each holds some megabytes. */
const MOST_AT_ONCE = 32;
const underWay = new WeakMap<BlobStore, number>();

/**
 * Takes content in, and does with it what makes a version of it. Whatever fails, nothing is left: neither content without a
 * version nor a version without content. A crash in between is made good by {@link sweepUploads}.
 * @throws FhirError 413 beyond `limit` bytes, 503 where too many are under way or the store of blobs fails, and what `write` and the
 * source throw.
 */
export async function uploaded<T>(
  { store, blobs }: Services,
  bytes: AsyncIterable<Uint8Array>,
  limit: number,
  write: (blob: UploadedBlob) => Promise<T>,
): Promise<T> {
  if (blobs === undefined) throw payloadTooLarge(limit);
  const others = underWay.get(blobs) ?? 0;
  if (others >= MOST_AT_ONCE) throw unavailable('Too much large content at once', RETRY_AFTER_SECONDS);
  underWay.set(blobs, others + 1);
  try {
    return await keptFor(store.uploads, blobs, bytes, limit, write);
  } finally {
    underWay.set(blobs, (underWay.get(blobs) ?? 1) - 1);
  }
}

async function keptFor<T>(
  uploads: Uploads,
  blobs: BlobStore,
  bytes: AsyncIterable<Uint8Array>,
  limit: number,
  write: (blob: UploadedBlob) => Promise<T>,
): Promise<T> {
  const upload = await uploads.begin();
  const touching = setInterval(() => void uploads.touch(upload).catch(() => undefined), TOUCH_MILLISECONDS);
  let kept: UploadedBlob | undefined;
  try {
    kept = { upload, ...(await taken(blobs, upload, bytes, limit, (address) => uploads.place(upload, address))) };
    return await write(kept);
  } finally {
    clearInterval(touching);
    // What cannot be cleared away now is swept later: the upload is still on record.
    await thrownAway(blobs, upload, kept, () => uploads.end(upload)).catch(() => undefined);
  }
}

async function taken(
  blobs: BlobStore,
  upload: string,
  bytes: AsyncIterable<Uint8Array>,
  limit: number,
  place: (address: Buffer) => Promise<void>,
) {
  try {
    const sink = await blobs.begin(upload);
    try {
      const blob = await takeIn(bytes, sink, limit);
      await place(blob.address);
      await sink.publish(blob.address);
      return blob;
    } catch (error) {
      await sink.discard();
      throw error;
    }
  } catch (error) {
    throw refusal(error);
  }
}

function refusal(error: unknown): FhirError {
  if (error instanceof FhirError) return error;
  if (error instanceof TooLarge) return payloadTooLarge(error.limit);
  const refused = unavailable('What keeps large content cannot be reached', RETRY_AFTER_SECONDS);
  refused.cause = error;
  return refused;
}

async function thrownAway(
  blobs: BlobStore,
  upload: string,
  kept: UploadedBlob | undefined,
  end: () => Promise<boolean>,
): Promise<void> {
  if (!(await end())) return;
  if (kept) await blobs.remove(kept.address);
  else await blobs.discard(upload);
}
