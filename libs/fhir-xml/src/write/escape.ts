// XML 1.0 (Fifth Edition), section 2.2 "Characters" and 2.4 "Character Data and Markup".
import { XmlError } from '../xml-error.js';

/** What XML 1.0 has no form for, not even as a reference. */
const UNWRITABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const SPECIAL = /[&<>"\t\n\r]/g;
const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/**
 * A value for between double quotes. White space is written as references, since a reader makes blanks of the rest.
 * @throws XmlError `unwritable` for control characters and non-characters.
 */
export function attributeText(value: string): string {
  if (UNWRITABLE.test(value)) throw new XmlError('unwritable', 'A string has a character that XML cannot hold');
  return value.replace(SPECIAL, (character) => REFERENCES[character] as string);
}
