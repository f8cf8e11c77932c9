// RFC 8259: the grammar of JSON; RFC 7493 (I-JSON) section 2: unique names, no lone surrogates.
import { errorAt, type JsonError, type JsonErrorReason } from './json-error.js';
import type { JsonObject, JsonValue } from './json-value.js';
import type { Lexemes } from './lexemes.js';
import { endOfPlainString, readEscaped, StringFault } from './string-literal.js';

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/** One pass over one text: its value, its text without white space, and the lexemes that the value would lose. */
export class Scanner {
  private at = 0;
  private depth = 0;
  /** Text before `taken` is in `out` already. */
  private taken = 0;
  private out = '';

  constructor(
    private readonly text: string,
    private readonly maxDepth: number,
    private readonly lexemes: Lexemes,
  ) {}

  /** @throws JsonError */
  document(): JsonValue {
    const value = this.value(undefined, 0);
    if (!Number.isNaN(this.next())) throw this.fault('syntax', 'There is more text after the value');
    return value;
  }

  /** The text that {@link document} has read, without white space. */
  minified(): string {
    return this.taken === 0 ? this.text : this.out + this.text.slice(this.taken);
  }

  /** Reads the value that belongs at `holder[key]`; the caller puts it there. */
  private value(holder: object | undefined, key: string | number): JsonValue {
    switch (this.next()) {
      case QUOTE:
        return this.string();
      case OPEN_OBJECT:
        return this.object();
      case OPEN_ARRAY:
        return this.array();
      case LOWER_T:
        return this.literal('true', true);
      case LOWER_F:
        return this.literal('false', false);
      case LOWER_N:
        return this.literal('null', null);
      default:
        return this.number(holder, key);
    }
  }

  private object(): JsonObject {
    this.enter();
    const object: JsonObject = {};
    if (this.next() === CLOSE_OBJECT) return this.leave(object);
    for (;;) {
      const name = this.name(object);
      if (this.next() !== COLON) throw this.fault('syntax', 'A colon is expected');
      this.at++;
      object[name] = this.value(object, name);
      if (this.closes(CLOSE_OBJECT)) return this.leave(object);
    }
  }

  private array(): JsonValue[] {
    this.enter();
    const array: JsonValue[] = [];
    if (this.next() === CLOSE_ARRAY) return this.leave(array);
    for (;;) {
      array.push(this.value(array, array.length));
      if (this.closes(CLOSE_ARRAY)) return this.leave(array);
    }
  }

  private enter(): void {
    if (++this.depth > this.maxDepth) throw this.fault('depth', `Nesting is deeper than ${this.maxDepth}`);
    this.at++;
  }

  private leave<T>(container: T): T {
    this.depth--;
    this.at++;
    return container;
  }

  /** True before `close`; steps over a comma. */
  private closes(close: number): boolean {
    const code = this.next();
    if (code === close) return true;
    if (code !== COMMA) throw this.fault('syntax', 'A comma or the end of the array or object is expected');
    this.at++;
    return false;
  }

  private name(object: JsonObject): string {
    if (this.next() !== QUOTE) throw this.fault('syntax', 'A name in quotes is expected');
    const start = this.at;
    const name = this.string();
    if (name === '__proto__') throw this.fault('proto', 'The name __proto__ is not allowed', start);
    if (Object.hasOwn(object, name)) throw this.fault('duplicate-name', 'A name occurs twice in an object', start);
    return name;
  }

  private string(): string {
    const start = this.at + 1;
    const end = endOfPlainString(this.text, start);
    if (this.text.charCodeAt(end) === QUOTE) {
      this.at = end + 1;
      return this.text.slice(start, end);
    }
    return this.escapedString(start);
  }

  private escapedString(start: number): string {
    try {
      const { value, end } = readEscaped(this.text, start);
      this.at = end + 1;
      return value;
    } catch (error) {
      if (error instanceof StringFault) throw this.fault(error.reason, error.message, error.at);
      throw error;
    }
  }

  private number(holder: object | undefined, key: string | number): number {
    NUMBER.lastIndex = this.at;
    if (!NUMBER.test(this.text)) throw this.fault('syntax', 'A value is expected');
    const lexeme = this.text.slice(this.at, NUMBER.lastIndex);
    this.at = NUMBER.lastIndex;
    const value = Number(lexeme);
    if (holder) this.lexemes.note(holder, key, value, lexeme);
    return value;
  }

  private literal<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.fault('syntax', 'A value is expected');
    this.at += word.length;
    return value;
  }

  /** The next character that is not white space, which stays to be read; NaN at the end. */
  private next(): number {
    const code = this.text.charCodeAt(this.at);
    return code > SPACE ? code : this.skipWhiteSpace();
  }

  private skipWhiteSpace(): number {
    const start = this.at;
    let code = this.text.charCodeAt(start);
    while (code === SPACE || code === 0x0a || code === 0x0d || code === 0x09) code = this.text.charCodeAt(++this.at);
    if (this.at > start) {
      this.out += this.text.slice(this.taken, start);
      this.taken = this.at;
    }
    return code;
  }

  private fault(reason: JsonErrorReason, message: string, at = this.at): JsonError {
    return errorAt(reason, message, this.text, at);
  }
}
