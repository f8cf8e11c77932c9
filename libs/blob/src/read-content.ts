import { createSecretKey } from 'node:crypto';
import type { BlobStore } from './blob-store.js';
import { BrokenBlob, CHUNK, openChunk, SEALED_CHUNK, sealedSize } from './chunk.js';
import { piecesOf } from './pieces.js';
import type { StoredBlob } from './take-in.js';

/**
 * Bytes `start` up to and with `end` of the content, each chunk authenticated before any byte of it is given. Reads and opens
 * only the chunks that hold them. @throws MissingBlob, or BrokenBlob where what is kept was altered or cut short; what was
 * given before was right.
 */
export async function* readContent(
  store: BlobStore,
  blob: StoredBlob,
  start = 0,
  end = blob.size - 1,
): AsyncGenerator<Buffer> {
  if (!(start >= 0 && start <= end && end < blob.size)) throw new RangeError('There are no such bytes');
  const key = createSecretKey(blob.key);
  const first = Math.floor(start / CHUNK);
  const last = Math.floor(end / CHUNK);
  const final = Math.ceil(blob.size / CHUNK) - 1;
  const kept = store.read(
    blob.address,
    first * SEALED_CHUNK,
    Math.min((last + 1) * SEALED_CHUNK, sealedSize(blob.size)) - 1,
  );
  let index = first;
  for await (const { bytes } of piecesOf(kept, SEALED_CHUNK)) {
    if (index > last) throw new BrokenBlob();
    const plain = openChunk(key, index, index === final, bytes);
    const at = index * CHUNK;
    yield plain.subarray(Math.max(0, start - at), Math.min(plain.length, end - at + 1));
    index += 1;
  }
  if (index !== last + 1) throw new BrokenBlob();
}
