// ITU-T X.690 sections 8.1, 10.1: DER as tags, lengths and contents

export interface DerItem {
  tag: number;
  /** Without tag and length. */
  content: Uint8Array;
  /** With them. */
  whole: Uint8Array;
}

export const DER = { INTEGER: 0x02, BIT_STRING: 0x03, OCTET_STRING: 0x04, OID: 0x06, SEQUENCE: 0x30 } as const;

/** The items that stand one after the other in `bytes`. Throws RangeError for what is not DER with definite lengths below 2^32. */
export function derItems(bytes: Uint8Array): DerItem[] {
  const items: DerItem[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { content, end } = contentAt(bytes, at);
    items.push({ tag: bytes[at]!, content, whole: bytes.subarray(at, end) });
    at = end;
  }
  return items;
}

/** The items of the one SEQUENCE that `bytes` are. Throws RangeError. */
export function derSequenceItems(bytes: Uint8Array): DerItem[] {
  const [only, ...more] = derItems(bytes);
  if (only?.tag !== DER.SEQUENCE || more.length > 0) throw new RangeError('not one DER sequence');
  return derItems(only.content);
}

function contentAt(bytes: Uint8Array, at: number): { content: Uint8Array; end: number } {
  const { length, start } = lengthAt(bytes, at + 1);
  const end = start + length;
  if (end > bytes.length) throw new RangeError('DER item is cut off');
  return { content: bytes.subarray(start, end), end };
}

function lengthAt(bytes: Uint8Array, at: number): { length: number; start: number } {
  const first = bytes[at];
  if (first === undefined) throw new RangeError('DER item is cut off');
  if (first < 0x80) return { length: first, start: at + 1 };
  const octets = bytes.subarray(at + 1, at + 1 + (first & 0x7f));
  if (octets.length === 0 || octets.length > 4) throw new RangeError('DER length is not supported');
  const length = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return { length, start: at + 1 + octets.length };
}
