// FHIRPath N1, section "Formal Specifications" (Grammar): the whole of it but quantities.
import { type Lexeme, lexemes, PathSyntaxError } from './lexer.js';
import type { Tree } from './syntax.js';

/** Lowest first: section "Operator Precedence". Type operators stand between union and comparison. */
const LEVELS: readonly (readonly string[])[] = [
  ['implies'],
  ['or', 'xor'],
  ['and'],
  ['in', 'contains'],
  ['=', '~', '!=', '!~'],
  ['<', '>', '<=', '>='],
  ['|'],
  ['is', 'as'],
  ['+', '-', '&'],
  ['*', '/', 'div', 'mod'],
];
const LONGEST = 20_000;
const DEEPEST = 60;

class Parser {
  private at = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Lexeme[]) {}

  whole(): Tree {
    const tree = this.level(0);
    if (this.peek().kind !== 'end') throw this.unexpected();
    return tree;
  }

  private level(index: number): Tree {
    const operators = LEVELS[index];
    if (!operators) return this.polarity();
    let left = this.level(index + 1);
    while (this.isOperator(operators)) left = this.operation(this.take().text, left, index + 1);
    return left;
  }

  private isOperator(operators: readonly string[]): boolean {
    const { kind, text } = this.peek();
    return (kind === 'symbol' || kind === 'name') && operators.includes(text);
  }

  private operation(operator: string, left: Tree, level: number): Tree {
    if (operator === 'is' || operator === 'as') return { kind: 'type', operator, of: left, name: this.typeName() };
    return { kind: 'binary', operator, left, right: this.level(level) };
  }

  private polarity(): Tree {
    const { kind, text } = this.peek();
    if (kind !== 'symbol' || (text !== '+' && text !== '-')) return this.path();
    this.take();
    return { kind: 'polarity', sign: text, of: this.path() };
  }

  private path(): Tree {
    let tree = this.term();
    for (;;) {
      if (this.skip('.')) tree = this.invocation(tree);
      else if (this.skip('[')) tree = { kind: 'index', of: tree, at: this.closed(']') };
      else return tree;
    }
  }

  private term(): Tree {
    const { kind, text } = this.peek();
    if (kind === 'string') return { kind: 'literal', value: this.take().text };
    if (kind === 'number') return this.number();
    if (kind === 'moment') return { kind: 'moment', text: this.take().text.slice(1) };
    if (kind === 'symbol') return this.symbolTerm();
    if (kind === 'name' && (text === 'true' || text === 'false')) {
      return { kind: 'literal', value: this.take().text === 'true' };
    }
    return this.invocation(undefined);
  }

  /** A number followed by a unit is a quantity, which is left to another engine. */
  private number(): Tree {
    const value = Number(this.take().text);
    const { kind, text } = this.peek();
    const isUnit =
      kind === 'string' || (kind === 'name' && /^(?:year|month|week|day|hour|minute|second|millisecond)s?$/.test(text));
    if (isUnit) throw new PathSyntaxError('quantities are not read');
    return { kind: 'literal', value };
  }

  private symbolTerm(): Tree {
    const { text } = this.take();
    switch (text) {
      case '(':
        return this.closed(')');
      case '{':
        this.expect('}');
        return { kind: 'empty' };
      case '%':
        return { kind: 'variable', name: this.variableName() };
      case '$this':
      case '$index':
      case '$total':
        return { kind: 'special', name: text };
      default:
        this.at -= 1;
        throw this.unexpected();
    }
  }

  private closed(bracket: string): Tree {
    this.depth += 1;
    if (this.depth > DEEPEST) throw new PathSyntaxError('nested too deeply');
    const tree = this.level(0);
    this.expect(bracket);
    this.depth -= 1;
    return tree;
  }

  private invocation(of: Tree | undefined): Tree {
    const special = of !== undefined && this.peek().text.startsWith('$');
    if (special) throw this.unexpected();
    const name = this.name();
    if (!this.skip('(')) return { kind: 'member', of, name };
    const list: Tree[] = [];
    if (this.skip(')')) return { kind: 'call', of, name, arguments: list };
    do list.push(this.closedArgument());
    while (this.skip(','));
    this.expect(')');
    return { kind: 'call', of, name, arguments: list };
  }

  private closedArgument(): Tree {
    this.depth += 1;
    if (this.depth > DEEPEST) throw new PathSyntaxError('nested too deeply');
    const tree = this.level(0);
    this.depth -= 1;
    return tree;
  }

  private typeName(): string {
    const isWrapped = this.skip('(');
    let name = this.name();
    while (this.skip('.')) name = `${name}.${this.name()}`;
    if (isWrapped) this.expect(')');
    return name;
  }

  private variableName(): string {
    const { kind, text } = this.take();
    if (kind !== 'name' && kind !== 'string') throw new PathSyntaxError('a variable has no name');
    return text;
  }

  private name(): string {
    if (this.peek().kind !== 'name') throw this.unexpected();
    return this.take().text;
  }

  private peek(): Lexeme {
    return this.tokens[this.at] ?? { kind: 'end', text: '' };
  }

  private take(): Lexeme {
    const token = this.peek();
    this.at += 1;
    return token;
  }

  private skip(symbol: string): boolean {
    const { kind, text } = this.peek();
    if (kind !== 'symbol' || text !== symbol) return false;
    this.at += 1;
    return true;
  }

  private expect(symbol: string): void {
    if (!this.skip(symbol)) throw new PathSyntaxError(`expected ${symbol} but found ${this.found()}`);
  }

  private found(): string {
    const { kind, text } = this.peek();
    return kind === 'end' ? 'the end' : JSON.stringify(text.slice(0, 40));
  }

  private unexpected(): PathSyntaxError {
    return new PathSyntaxError(`${this.found()} cannot stand there`);
  }
}

/** @throws PathSyntaxError for what is no FHIRPath, and for quantities. */
export function parseTree(expression: string): Tree {
  if (expression.length > LONGEST) throw new PathSyntaxError('too long');
  return new Parser(lexemes(expression)).whole();
}
