// RFC 8785 section 3.2.2.2: strings are written as ECMAScript's JSON.stringify writes them
import { expect, test } from '@jest/globals';
import { canonicalJson } from '../src/canonical-json.js';

test('every character is quoted as ECMAScript quotes it, in names and in values', () => {
  for (let unit = 0; unit < 0x1_0000; unit += 1) {
    const text = String.fromCharCode(unit);
    const quoted = JSON.stringify(text);
    expect(canonicalJson({ [text]: text })).toBe(`{${quoted}:${quoted}}`);
  }
});
