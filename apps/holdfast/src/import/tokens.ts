// RFC 8259, read a second time: what judges that stored equals sent shares no code with what stored it.

const SCALAR = /[-+.0-9A-Za-z]+/y;
const WHITE_SPACE = /[ \t\r\n]*/y;

/**
 * The tokens of a JSON text in order: brackets, strings (written as JSON.stringify writes them, so that escapes do not
 * matter), numbers and literals as they stand. Commas and colons are left out: between tokens they say nothing more.
 * @throws SyntaxError where no token can start; a full check of the grammar is not promised.
 */
export function tokens(text: string): string[] {
  const found: string[] = [];
  for (let at = after(WHITE_SPACE, text, 0); at < text.length; at = after(WHITE_SPACE, text, at)) {
    const end = endOfToken(text, at);
    const token = text.slice(at, end);
    if (token !== ',' && token !== ':') found.push(token[0] === '"' ? JSON.stringify(JSON.parse(token)) : token);
    at = end;
  }
  return found;
}

function endOfToken(text: string, at: number): number {
  if ('{}[],:'.includes(text.charAt(at))) return at + 1;
  const end = text[at] === '"' ? endOfString(text, at) : after(SCALAR, text, at);
  if (end === at) throw new SyntaxError(`No token starts at ${at}`);
  return end;
}

function endOfString(text: string, at: number): number {
  for (let next = at + 1; next < text.length; next++) {
    if (text[next] === '\\') next++;
    else if (text[next] === '"') return next + 1;
  }
  throw new SyntaxError(`The string at ${at} does not end`);
}

function after(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
