/**
 * Keeps sealed content under an address that tells nothing: the SHA-256 of what is kept, which is ciphertext under a key
 * of its own. What is kept is never changed. It knows no keys: whoever has all of it has nothing.
 */
export interface BlobStore {
  /** Starts taking in; nobody can read it before it is published. `upload` is a UUID and names it until then. */
  begin(upload: string): Promise<BlobUpload>;

  /** Bytes `start` up to and with `end`. Throws {@link MissingBlob}, at the first piece. */
  read(address: Uint8Array, start: number, end: number): AsyncIterable<Uint8Array>;

  /** How many bytes are kept; undefined where there is nothing of this address. */
  size(address: Uint8Array): Promise<number | undefined>;

  /** For what nothing refers to any more. Nothing of this address is as good. */
  remove(address: Uint8Array): Promise<void>;

  /** Throws away what was begun under this name and not published, by this process or by one that is gone. */
  discard(upload: string): Promise<void>;
}

/** Bytes on their way in, one call at a time. */
export interface BlobUpload {
  /** The bytes may be written over once it has resolved. */
  write(bytes: Uint8Array): Promise<void>;

  /** Resolved when all that was written is durable and can be read under this address, in whole. */
  publish(address: Uint8Array): Promise<void>;

  /** Leaves nothing behind. Does nothing once it is published. */
  discard(): Promise<void>;
}

/** There is nothing of this address. */
export class MissingBlob extends Error {
  override readonly name = 'MissingBlob';

  constructor() {
    super('What was kept under this address is not there');
  }
}
