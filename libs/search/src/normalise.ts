// FHIR R4, section 3.1.1.4.8 "string": what makes no difference when strings are compared.

/**
 * The text as it is compared: compatibility forms taken apart (NFKD), accents and case gone, apostrophes dropped, other
 * punctuation and white space one space between words.
 */
export function normalise(text: string): string {
  if (/^[a-z0-9]+$/.test(text)) return text;
  return fold(text)
    .normalize('NFKD')
    .replace(/[\p{M}'\u2019\u02bc`]/gu, '')
    .replace(/[^\p{L}\p{N}\p{S}]+/gu, ' ')
    .trim();
}

/** Through upper case, so that ß and ss are one. */
function fold(text: string): string {
  return text.normalize('NFKD').toUpperCase().toLowerCase();
}
