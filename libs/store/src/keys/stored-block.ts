// RFC 1951, Deflate: section 3.2.4, non-compressed blocks.

/** Bytes before those of a block: that it is the last and not compressed, its length, and that inverted. */
const HEAD = 5;
const LAST_NOT_COMPRESSED = 1;

/** Bytes as a whole Deflate stream of one block that is not compressed; at most 65,535. */
export function storedBlock(bytes: Uint8Array): Buffer {
  const block = Buffer.allocUnsafe(HEAD + bytes.length);
  block[0] = LAST_NOT_COMPRESSED;
  block.writeUInt16LE(bytes.length, 1);
  block.writeUInt16LE(bytes.length ^ 0xffff, 3);
  block.set(bytes, HEAD);
  return block;
}

/** The bytes in such a stream, without a copy; undefined for every other. */
export function bytesOfBlock(stream: Buffer): Buffer | undefined {
  const length = stream.length - HEAD;
  if (length < 0 || length > 0xffff || stream[0] !== LAST_NOT_COMPRESSED) return undefined;
  const isWhole = stream.readUInt16LE(1) === length && stream.readUInt16LE(3) === (length ^ 0xffff);
  return isWhole ? stream.subarray(HEAD) : undefined;
}
