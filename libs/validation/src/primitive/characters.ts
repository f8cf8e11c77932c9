// FHIR R4 datatypes.html#string and XML 1.0 (Fifth Edition) section 2.2: the characters that a string may have.

/** Half a surrogate pair is one as well. */
const UNWRITABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const LAST = 0x10ffff;

/** Whether a text has no control character below U+0020 but tab, line feed and carriage return, and XML can hold it. */
export function isWritable(text: string): boolean {
  return !UNWRITABLE.test(text);
}

/** The first character that keeps a text from being writable, as `U+0001`; undefined where there is none. */
export function unwritable(text: string): string | undefined {
  const code = UNWRITABLE.exec(text)?.[0].charCodeAt(0);
  return code === undefined ? undefined : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Whether there is a character of this number in XML. */
export function isCharacter(code: number): boolean {
  return code <= LAST && isWritable(String.fromCodePoint(code));
}
