// holdfast-evidence/1: every field is its length in four bytes, big-endian, and then that many bytes
import { FormatError } from './format-error.js';

const LENGTH = 4;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes of a whole number below 2^64, big-endian, eight of them. */
export function uint64(n: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(n);
  return bytes;
}

/** The fields one after the other. Texts as UTF-8; undefined and the empty text are a field of length 0. */
export function encodeFields(fields: readonly (Uint8Array | string | undefined)[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const field of fields) {
    const bytes = typeof field === 'string' ? Buffer.from(field, 'utf8') : (field ?? Buffer.alloc(0));
    const length = Buffer.alloc(LENGTH);
    length.writeUInt32BE(bytes.length);
    parts.push(length, bytes);
  }
  return Buffer.concat(parts);
}

/** Exactly `names.length` fields and nothing after them; throws FormatError otherwise. */
export function decodeFields(bytes: Uint8Array, names: readonly string[]): Buffer[] {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const fields = names.map((name) => {
    if (at + LENGTH > source.length) throw new FormatError(`the record ends before ${name}`);
    const end = at + LENGTH + source.readUInt32BE(at);
    if (end > source.length) throw new FormatError(`the record ends inside ${name}`);
    const field = source.subarray(at + LENGTH, end);
    at = end;
    return field;
  });
  if (at !== source.length) throw new FormatError('the record has bytes after its last field');
  return fields;
}

/** A field that must be UTF-8. */
export function fieldText(bytes: Uint8Array, name: string): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new FormatError(`${name} is not UTF-8`);
  }
}
