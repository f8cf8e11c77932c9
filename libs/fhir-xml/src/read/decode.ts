// XML 1.0 (Fifth Edition), section 2.11 "End-of-Line Handling" and appendix F: the byte order mark of UTF-8 is no content.
import { XmlError } from '../xml-error.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The text, its line ends made line feeds. @throws XmlError `utf-8`. */
export function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes).replace(/\r\n?/g, '\n');
  } catch {
    throw new XmlError('utf-8', 'The text is not UTF-8');
  }
}
