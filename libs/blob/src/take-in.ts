import { createHash, createSecretKey, randomBytes } from 'node:crypto';
import type { BlobUpload } from './blob-store.js';
import { CHUNK, SEALED_CHUNK, sealChunk } from './chunk.js';
import { piecesOf } from './pieces.js';

/** Content that is kept: where, and what opens it. Whoever has this and the store has the content. */
export interface StoredBlob {
  /** SHA-256 of what is kept. */
  readonly address: Buffer;
  /** 32 bytes, fresh with this content. */
  readonly key: Buffer;
  /** Bytes of the content. */
  readonly size: number;
  /** SHA-256 of the content. */
  readonly sha256: Buffer;
}

/** Chunks handed over at a time. */
const BATCH = 16;

/**
 * Seals content under a fresh key while it arrives and writes it; the caller publishes it under the address. Memory does not
 * depend on the size. @throws TooLarge beyond `limit` bytes, EmptyContent, and whatever the source throws.
 */
export async function takeIn(
  source: AsyncIterable<Uint8Array>,
  upload: Pick<BlobUpload, 'write'>,
  limit: number,
): Promise<StoredBlob> {
  const key = randomBytes(32);
  const secret = createSecretKey(key);
  const content = createHash('sha256');
  const kept = createHash('sha256');
  const batch = new Batch(upload);
  let size = 0;
  let index = 0;
  for await (const { bytes, isLast } of piecesOf(source, CHUNK)) {
    size += bytes.length;
    if (size > limit) throw new TooLarge(limit);
    content.update(bytes);
    const sealed = sealChunk(secret, index, isLast, bytes);
    kept.update(sealed);
    await batch.add(sealed);
    index += 1;
  }
  if (size === 0) throw new EmptyContent();
  await batch.flush();
  return { address: kept.digest(), key, size, sha256: content.digest() };
}

/** Gathers chunks, so that a write is worth its call. */
class Batch {
  readonly #buffer = Buffer.allocUnsafe(BATCH * SEALED_CHUNK);
  #filled = 0;

  constructor(private readonly upload: Pick<BlobUpload, 'write'>) {}

  async add(sealed: Buffer): Promise<void> {
    sealed.copy(this.#buffer, this.#filled);
    this.#filled += sealed.length;
    if (this.#filled + SEALED_CHUNK > this.#buffer.length) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#filled > 0) await this.upload.write(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }
}

/** More content than may be taken in. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';

  constructor(readonly limit: number) {
    super(`There are more than ${limit} bytes`);
  }
}

/** No content at all: there is nothing to keep. */
export class EmptyContent extends Error {
  override readonly name = 'EmptyContent';
}
