// FHIR R4 http.html#parameters: _pretty

const INDENT = '  ';
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/g;

/** The same JSON with line breaks and indents; names, strings and numbers stay as they are. The text must be valid JSON. */
export function pretty(text: string): string {
  const printer = new Printer();
  for (const [token] of text.matchAll(TOKEN)) printer.put(token);
  return printer.out.join('');
}

class Printer {
  readonly out: string[] = [];
  private depth = 0;

  put(token: string): void {
    if (token === '{' || token === '[') this.open(token);
    else if (token === '}' || token === ']') this.close(token);
    else if (token === ',') this.out.push(token, this.line());
    else this.out.push(token === ':' ? ': ' : token);
  }

  private open(bracket: string): void {
    this.depth += 1;
    this.out.push(bracket, this.line());
  }

  private close(bracket: string): void {
    this.depth -= 1;
    const isEmpty = this.out.at(-2) === '{' || this.out.at(-2) === '[';
    if (isEmpty) this.out.pop();
    this.out.push(isEmpty ? bracket : this.line() + bracket);
  }

  private line(): string {
    return `\n${INDENT.repeat(this.depth)}`;
  }
}
