// RFC 3629: UTF-8. RFC 8259 section 8.1: no byte order mark.
import { errorAt } from './json-error.js';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

const BYTE_ORDER_MARK = 0xfeff;

/** @throws JsonError when `bytes` are not UTF-8 or begin with a byte order mark. */
export function decode(bytes: Uint8Array): string {
  const text = decodeStrictly(bytes);
  if (text.charCodeAt(0) === BYTE_ORDER_MARK) {
    throw errorAt('syntax', 'The text begins with a byte order mark', text, 0);
  }
  return text;
}

function decodeStrictly(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    const good = lenient.decode(bytes.subarray(0, firstInvalid(bytes)));
    throw errorAt('utf-8', 'The text is not UTF-8', good, good.length);
  }
}

/** The first byte that does not survive decoding and encoding again. */
function firstInvalid(bytes: Uint8Array): number {
  const again = Buffer.from(lenient.decode(bytes));
  const at = bytes.findIndex((byte, index) => byte !== again[index]);
  return at < 0 ? bytes.length : at;
}
