// XML 1.0 (Fifth Edition), section 2.11 "End-of-Line Handling" and appendix F: the byte order mark of UTF-8 is no content.
import { XmlError } from '../xml-error.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The same, in pieces of about `size` bytes. @throws XmlError `utf-8`. */
export function* decodedPieces(bytes: Uint8Array, size: number): Generator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let carried = '';
  for (let at = 0; at < bytes.length; at += size) {
    const isLast = at + size >= bytes.length;
    const text = carried + decoded(decoder, bytes.subarray(at, at + size), isLast);
    // Whether a line feed follows is not known before the next piece is.
    carried = !isLast && text.endsWith('\r') ? '\r' : '';
    yield text.slice(0, text.length - carried.length).replace(/\r\n?/g, '\n');
  }
}

function decoded(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array, isLast: boolean): string {
  try {
    return decoder.decode(bytes, { stream: !isLast });
  } catch {
    throw new XmlError('utf-8', 'The text is not UTF-8');
  }
}

/** The text, its line ends made line feeds. @throws XmlError `utf-8`. */
export function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes).replace(/\r\n?/g, '\n');
  } catch {
    throw new XmlError('utf-8', 'The text is not UTF-8');
  }
}
