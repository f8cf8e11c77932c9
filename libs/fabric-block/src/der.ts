// ITU-T X.690 sections 8.3, 8.7, 8.9, 10: DER of INTEGER, OCTET STRING and SEQUENCE

const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;

/** DER INTEGER of a number that is not negative, given as big-endian bytes of any length. */
export function derInteger(magnitude: Uint8Array): Buffer {
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++;
  const digits = magnitude.subarray(start);
  const sign = digits.length === 0 || digits[0]! >= 0x80 ? [0] : [];
  return tagged(INTEGER, Buffer.concat([Buffer.from(sign), digits]));
}

export function derOctetString(bytes: Uint8Array): Buffer {
  return tagged(OCTET_STRING, bytes);
}

export function derSequence(...items: readonly Uint8Array[]): Buffer {
  return tagged(SEQUENCE, Buffer.concat(items));
}

function tagged(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(content.length)]), content]);
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}

/**
 * The two INTEGERs of a DER SEQUENCE shorter than 128 bytes, as big-endian bytes without leading zero: r and s of an
 * ECDSA signature (RFC 3279 section 2.2.3). Undefined for anything that is not strict DER of two positive numbers.
 */
export function twoIntegers(bytes: Uint8Array): [Uint8Array, Uint8Array] | undefined {
  if (bytes[0] !== SEQUENCE || bytes[1] !== bytes.length - 2 || bytes.length >= 0x80) return undefined;
  const first = positiveInteger(bytes, 2);
  const second = first && positiveInteger(bytes, first.end);
  return second && second.end === bytes.length ? [first.digits, second.digits] : undefined;
}

function positiveInteger(bytes: Uint8Array, at: number): { digits: Uint8Array; end: number } | undefined {
  const length = bytes[at + 1] ?? 0;
  const end = at + 2 + length;
  if (bytes[at] !== INTEGER || length === 0 || end > bytes.length) return undefined;
  const content = bytes.subarray(at + 2, end);
  const padded = content[0] === 0;
  const negative = content[0]! >= 0x80;
  const minimal = !padded || (content.length > 1 && content[1]! >= 0x80);
  return negative || !minimal ? undefined : { digits: padded ? content.subarray(1) : content, end };
}
