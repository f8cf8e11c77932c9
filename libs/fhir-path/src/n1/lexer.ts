// FHIRPath N1, section "Lexical Elements": tokens of the whole language.

export interface Lexeme {
  kind: 'name' | 'string' | 'number' | 'moment' | 'symbol' | 'end';
  text: string;
}

/** The text is no FHIRPath, or uses what this engine has not. */
export class PathSyntaxError extends Error {
  override readonly name = 'PathSyntaxError';
}

const PARTS = [
  String.raw`(?<skip>(?:\s+|\/\/[^\n]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)+)`,
  String.raw`(?<moment>@(?:T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?|\d{4}(?:-\d\d(?:-\d\d)?)?(?:T(?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?)?)?))`,
  '(?<name>[A-Za-z_][A-Za-z0-9_]*)',
  '`(?<quoted>(?:[^`\\\\]|\\\\.)*)`',
  String.raw`'(?<string>(?:[^'\\]|\\.)*)'`,
  String.raw`(?<number>\d+(?:\.\d+)?)`,
  String.raw`(?<symbol>\$this|\$index|\$total|<=|>=|!=|!~|[.()[\]{},+\-*/|&<>=~%])`,
];
const TOKEN = new RegExp(PARTS.join('|'), 'suy');
const KINDS = ['moment', 'name', 'string', 'number', 'symbol'] as const;
const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', f: '\f' };

/** @throws PathSyntaxError at the first character that starts no token. */
export function lexemes(text: string): Lexeme[] {
  const pattern = new RegExp(TOKEN);
  const found: Lexeme[] = [];
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const groups = pattern.exec(text)?.groups;
    if (!groups) throw new PathSyntaxError(`no token starts at character ${at + 1}`);
    if (groups.skip === undefined) found.push(lexeme(groups));
  }
  return [...found, { kind: 'end', text: '' }];
}

function lexeme(groups: Record<string, string | undefined>): Lexeme {
  if (groups.quoted !== undefined) return { kind: 'name', text: unescaped(groups.quoted) };
  for (const kind of KINDS) {
    const text = groups[kind];
    if (text !== undefined) return { kind, text: kind === 'string' ? unescaped(text) : text };
  }
  throw new PathSyntaxError('unknown token');
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replaceAll(/\\(u([0-9a-fA-F]{4})|.)/gsu, (_, plain: string, hex: string | undefined) =>
    hex === undefined ? (ESCAPES[plain] ?? plain) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
