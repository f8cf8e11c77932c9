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

type Field = Uint8Array | string | undefined;

function sizeOf(field: Field): number {
  return typeof field === 'string' ? Buffer.byteLength(field, 'utf8') : (field?.length ?? 0);
}

/** The fields one after the other. Texts as UTF-8; undefined and the empty text are a field of length 0. */
export function encodeFields(fields: readonly Field[]): Buffer {
  // One allocation for all: this runs several times for every request.
  const bytes = Buffer.allocUnsafe(fields.reduce((sum: number, field) => sum + LENGTH + sizeOf(field), 0));
  let at = 0;
  for (const field of fields) {
    const from = bytes.writeUInt32BE(sizeOf(field), at);
    at = from + sizeOf(field);
    if (typeof field === 'string') bytes.write(field, from, 'utf8');
    else if (field !== undefined) bytes.set(field, from);
  }
  return bytes;
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
