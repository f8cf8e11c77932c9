// RFC 9110 section 14: range requests, one range of bytes.

/** Bytes from `start` up to and with `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const ONE_RANGE = /^bytes=\s*(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))\s*$/;

/**
 * The bytes of `length` that a Range header asks for: undefined for all of them, which is also the answer to several ranges and to
 * what is no range of bytes; `unsatisfiable` where there are no such bytes.
 */
export function byteRange(header: string | undefined, length: number): ByteRange | 'unsatisfiable' | undefined {
  const [whole, first, last, suffix] = ONE_RANGE.exec(header ?? '') ?? [];
  if (whole === undefined) return undefined;
  if (suffix !== undefined) return lastBytes(Number(suffix), length);
  const start = Number(first);
  const end = last === '' ? length - 1 : Number(last);
  if (last !== '' && end < start) return undefined;
  return start >= length ? 'unsatisfiable' : { start, end: Math.min(end, length - 1) };
}

function lastBytes(count: number, length: number): ByteRange | 'unsatisfiable' {
  if (count === 0 || length === 0) return 'unsatisfiable';
  return { start: Math.max(0, length - count), end: length - 1 };
}
