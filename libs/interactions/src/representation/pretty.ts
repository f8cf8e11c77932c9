// FHIR R4 http.html#parameters: _pretty

const INDENT = '  ';
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/g;

/** Whether a query asks for line breaks. */
export function isPretty(query: readonly (readonly [string, string])[]): boolean {
  return query.some(([name, value]) => name === '_pretty' && value === 'true');
}

/** The same JSON with line breaks and indents; names, strings and numbers stay as they are. The text must be valid JSON. */
export function pretty(text: string): string {
  const printer = new Printer();
  for (const [token] of text.matchAll(TOKEN)) printer.put(token);
  return printer.out.join('');
}

class Printer {
  readonly out: string[] = [];
  private depth = 0;
  private isEmpty = false;

  put(token: string): void {
    if (token === '}' || token === ']') this.close(token);
    else this.inside(token);
  }

  private inside(token: string): void {
    if (this.isEmpty) this.out.push(this.line());
    this.isEmpty = token === '{' || token === '[';
    if (this.isEmpty) this.depth += 1;
    if (token === ',') this.out.push(token, this.line());
    else this.out.push(token === ':' ? ': ' : token);
  }

  private close(bracket: string): void {
    this.depth -= 1;
    this.out.push(this.isEmpty ? bracket : this.line() + bracket);
    this.isEmpty = false;
  }

  private line(): string {
    return `\n${INDENT.repeat(this.depth)}`;
  }
}
