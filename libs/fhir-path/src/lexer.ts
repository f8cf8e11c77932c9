// FHIRPath N1, section "Tokens" (Grammar): what search parameters need of them.
export interface Token {
  kind: 'name' | 'string' | 'number' | 'symbol' | 'end';
  text: string;
}

/** The expression is outside the subset that the own compiler reads. */
export class Unsupported extends Error {}

const TOKEN =
  /\s*(?:(?<name>[A-Za-z_][A-Za-z0-9_]*)|'(?<string>[^'\\]*)'|(?<number>\d+(?![.\d]))|(?<symbol>!=|[.()[\]|=%$]))/y;

/** @throws Unsupported at the first character that starts no known token. */
export function tokenize(expression: string): Token[] {
  const pattern = new RegExp(TOKEN);
  const tokens: Token[] = [];
  const text = expression.trimEnd();
  while (pattern.lastIndex < text.length) tokens.push(next(pattern, text));
  return [...tokens, { kind: 'end', text: '' }];
}

function next(pattern: RegExp, text: string): Token {
  const groups = pattern.exec(text)?.groups;
  if (!groups) throw new Unsupported('unknown token');
  for (const kind of ['name', 'string', 'number', 'symbol'] as const) {
    const found = groups[kind];
    if (found !== undefined) return { kind, text: found };
  }
  throw new Unsupported('unknown token');
}
