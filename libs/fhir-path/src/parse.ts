// FHIRPath N1, section "Formal Specifications" (Grammar), the subset of search parameters.
import { type Token, tokenize, Unsupported } from './lexer.js';
import type { Expression, Root, Step } from './syntax.js';

/** Lowest first. `as` and `is` bind more tightly than a union, a union more than a comparison. */
const LEVELS = [['or'], ['and'], ['=', '!='], ['|'], ['is', 'as']] as const;

/** Search parameters nest three deep; this only keeps recursion bounded. */
const DEEPEST = 20;

const LONGEST = 10_000;

class Parser {
  private at = 0;
  private depth = 0;

  constructor(private readonly tokens: Token[]) {}

  whole(): Expression {
    const expression = this.level(0);
    if (this.peek().kind !== 'end') throw new Unsupported(this.peek().text);
    return expression;
  }

  private level(index: number): Expression {
    const operators = LEVELS[index];
    if (!operators) return this.path();
    let left = this.level(index + 1);
    while ((operators as readonly string[]).includes(this.peek().text) && this.peek().kind !== 'string') {
      left = this.combine(this.take().text, left, index + 1);
    }
    return left;
  }

  private combine(operator: string, left: Expression, level: number): Expression {
    if (operator === 'is') return { kind: 'is', left, type: this.typeName() };
    if (operator === 'as') {
      const step: Step = { kind: 'ofType', type: this.typeName() };
      return { kind: 'path', root: { kind: 'group', of: left }, steps: [step] };
    }
    const right = this.level(level);
    if (operator === '|') return { kind: 'union', parts: [...(left.kind === 'union' ? left.parts : [left]), right] };
    return { kind: operator as 'and' | 'or' | '=' | '!=', left, right };
  }

  private path(): Expression {
    const literal = this.literal();
    if (literal) return literal;
    const steps: Step[] = [];
    const root = this.root(steps);
    while (this.peek().text === '.' || this.peek().text === '[') {
      steps.push(this.take().text === '.' ? this.step(this.name()) : this.index());
    }
    return { kind: 'path', root, steps };
  }

  private literal(): Expression | undefined {
    const { kind, text } = this.peek();
    if (kind === 'string') return { kind: 'literal', value: this.take().text };
    if (kind === 'number') return { kind: 'literal', value: Number(this.take().text) };
    if (kind === 'name' && (text === 'true' || text === 'false')) {
      return { kind: 'literal', value: this.take().text === 'true' };
    }
    return undefined;
  }

  private root(steps: Step[]): Root {
    if (this.skip('(')) return this.group();
    if (this.skip('%')) return this.keyword('resource', { kind: 'resource' });
    if (this.skip('$')) return this.keyword('this', { kind: 'focus' });
    const name = this.name();
    if (this.peek().text !== '(') return { kind: 'name', name };
    steps.push(this.step(name));
    return { kind: 'focus' };
  }

  private group(): Root {
    this.depth += 1;
    if (this.depth > DEEPEST) throw new Unsupported('nesting');
    const of = this.level(0);
    this.expect(')');
    this.depth -= 1;
    return { kind: 'group', of };
  }

  private keyword(word: string, root: Root): Root {
    if (this.name() !== word) throw new Unsupported('variable');
    return root;
  }

  private index(): Step {
    const { kind, text } = this.take();
    if (kind !== 'number') throw new Unsupported('index');
    this.expect(']');
    return { kind: 'index', index: Number(text) };
  }

  private step(name: string): Step {
    if (!this.skip('(')) return { kind: 'child', name };
    const step = this.call(name);
    this.expect(')');
    return step;
  }

  private call(name: string): Step {
    switch (name) {
      case 'ofType':
      case 'as':
        return { kind: 'ofType', type: this.typeName() };
      case 'where':
        return { kind: 'where', criteria: this.level(0) };
      case 'exists':
      case 'resolve':
        return { kind: name };
      case 'first':
        return { kind: 'index', index: 0 };
      case 'extension':
        return { kind: 'extension', url: this.string() };
      default:
        throw new Unsupported(name);
    }
  }

  private typeName(): string {
    const name = this.name();
    return name === 'FHIR' && this.skip('.') ? this.name() : name;
  }

  private name(): string {
    const { kind, text } = this.take();
    if (kind !== 'name') throw new Unsupported('name');
    return text;
  }

  private string(): string {
    const { kind, text } = this.take();
    if (kind !== 'string') throw new Unsupported('string');
    return text;
  }

  private peek(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: '' };
  }

  private take(): Token {
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
    if (!this.skip(symbol)) throw new Unsupported(`expected ${symbol}`);
  }
}

/** @throws Unsupported for what is outside the subset, be it FHIRPath or not. */
export function parse(expression: string): Expression {
  if (expression.length > LONGEST) throw new Unsupported('length');
  return new Parser(tokenize(expression)).whole();
}
