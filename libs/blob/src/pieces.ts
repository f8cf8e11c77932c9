/**
 * The bytes of a stream in pieces of exactly `size`, the last one shorter; each says whether it is the last. The buffer of
 * a piece is written over by the next.
 */
export async function* piecesOf(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ bytes: Buffer; isLast: boolean }> {
  const buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const given of source) {
    for (let from = 0; from < given.length; ) {
      if (filled === size) {
        yield { bytes: buffer, isLast: false };
        filled = 0;
      }
      const taken = Math.min(size - filled, given.length - from);
      buffer.set(given.subarray(from, from + taken), filled);
      filled += taken;
      from += taken;
    }
  }
  if (filled > 0) yield { bytes: buffer.subarray(0, filled), isLast: true };
}
