// RFC 8259, one level deep: where the entries of a Bundle are, without reading them.
import { badRequest } from '#libs/fhir-model';

/** Bytes [start, end) of one JSON value. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface ScannedBundle {
  /** The Bundle with `0` in place of its list of entries. */
  readonly head: Buffer;
  readonly entries: readonly Span[];
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/** Bytes that are looked through before others get their turn. */
const STRETCH = 1 << 20;

/**
 * Finds the entries of a Bundle of any size in linear time and hardly any memory, giving way to other requests. What is inside
 * an entry is not looked at but for brackets and quotes: each has to be parsed.
 * @throws FhirError 400 for what is no JSON object, has two lists of entries, or more than `most` entries.
 */
export async function scanBundle(bytes: Buffer, most: number): Promise<ScannedBundle> {
  const scanner = new Scanner(bytes, most);
  await scanner.object();
  const { list, entries } = scanner;
  if (list === undefined) return { head: bytes, entries };
  return { head: Buffer.concat([bytes.subarray(0, list.start), Buffer.from('0'), bytes.subarray(list.end)]), entries };
}

class Scanner {
  readonly entries: Span[] = [];
  list: Span | undefined;
  private at = 0;
  private rested = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly most: number,
  ) {}

  async object(): Promise<void> {
    this.expect(OPEN_OBJECT);
    if (this.next() === CLOSE_OBJECT) return;
    do {
      const name = this.name();
      this.expect(COLON);
      if (name === 'entry' && this.next() === OPEN_ARRAY) await this.entryList();
      else await this.value();
    } while (this.more(CLOSE_OBJECT));
  }

  private async entryList(): Promise<void> {
    if (this.list !== undefined) throw malformed();
    const start = this.at;
    this.at += 1;
    if (this.next() === CLOSE_ARRAY) this.at += 1;
    else {
      do {
        if (this.entries.length === this.most) {
          throw badRequest(`A Bundle may have at most ${this.most} entries`, 'too-costly');
        }
        this.entries.push(await this.value());
      } while (this.more(CLOSE_ARRAY));
    }
    this.list = { start, end: this.at };
  }

  private name(): string {
    if (this.next() !== QUOTE) throw malformed();
    const start = this.at;
    this.at = this.endOfString(start);
    return this.bytes.toString('latin1', start + 1, this.at - 1);
  }

  private async value(): Promise<Span> {
    const first = this.next();
    const start = this.at;
    if (first === QUOTE) this.at = this.endOfString(start);
    else if (first === OPEN_OBJECT || first === OPEN_ARRAY) await this.skipContainer();
    else this.skipScalar();
    if (this.at === start) throw malformed();
    if (this.at - this.rested > STRETCH) await this.rest();
    return { start, end: this.at };
  }

  private async skipContainer(): Promise<void> {
    let depth = 0;
    do {
      const byte = this.bytes[this.at];
      if (byte === undefined) throw malformed();
      depth += nesting(byte);
      this.at = byte === QUOTE ? this.endOfString(this.at) : this.at + 1;
      if (this.at - this.rested > STRETCH) await this.rest();
    } while (depth > 0);
  }

  private skipScalar(): void {
    for (let byte = this.bytes[this.at]; byte !== undefined && !isEnd(byte); byte = this.bytes[this.at]) this.at += 1;
  }

  private endOfString(start: number): number {
    let quote = start;
    do {
      quote = this.bytes.indexOf(QUOTE, quote + 1);
      if (quote < 0) throw malformed();
    } while (this.isEscaped(quote));
    return quote + 1;
  }

  private isEscaped(at: number): boolean {
    let backslashes = 0;
    while (this.bytes[at - 1 - backslashes] === BACKSLASH) backslashes += 1;
    return backslashes % 2 === 1;
  }

  /** Steps over a comma; false over the closing bracket. */
  private more(close: number): boolean {
    const byte = this.next();
    this.at += 1;
    if (byte === close) return false;
    if (byte !== COMMA) throw malformed();
    return true;
  }

  private expect(byte: number): void {
    if (this.next() !== byte) throw malformed();
    this.at += 1;
  }

  private next(): number | undefined {
    while (isWhiteSpace(this.bytes[this.at])) this.at += 1;
    return this.bytes[this.at];
  }

  private async rest(): Promise<void> {
    this.rested = this.at;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function isWhiteSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** How an unquoted byte changes the depth. */
function nesting(byte: number): number {
  if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return 1;
  return byte === CLOSE_OBJECT || byte === CLOSE_ARRAY ? -1 : 0;
}

function isEnd(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY || isWhiteSpace(byte);
}

function malformed() {
  return badRequest('The body is no JSON object that can be taken', 'structure');
}
