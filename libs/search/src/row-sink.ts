import { type Issue, unprocessable } from '#libs/fhir-model';
import type { Hash64 } from './hash64.js';
import type { IndexRows } from './index-row.js';
import { strayHash } from './literal-references.js';

/** Where a number's lexeme can be looked up: a document of `#libs/fhir-json`. */
export interface Lexemes {
  lexeme(holder: object, key: string | number): string;
}

/** Values of one resource, repeated ones counted too: a bound for time and memory, not for any real resource. */
const MOST_VALUES = 200_000;

const TOO_MANY: Issue = {
  severity: 'error',
  code: 'too-costly',
  diagnostics: `The resource has more than ${MOST_VALUES} values that it could be searched by`,
};

/** Collects the index rows of one resource, each once. */
export class RowSink {
  private readonly hashes = new Set<bigint>();
  /** Of references that have rows. */
  private readonly targets = new Set<string>();
  private readonly strings = new OnceEach<IndexRows['strings'][number]>(({ value }) => value);
  private readonly ranges = new OnceEach<IndexRows['ranges'][number]>(({ low, high }) => `${low} ${high}`);
  private readonly present = new Set<bigint>();

  private values = 0;

  constructor(
    private readonly type: string,
    private readonly hash64: Hash64,
  ) {}

  /** How many rows there are, to see whether a value gave any. */
  get size(): number {
    return this.hashes.size + this.strings.size + this.ranges.size;
  }

  hash(...parts: string[]): void {
    this.hashes.add(this.hashOf(parts));
    if (parts[1] === 'target' && parts[2] !== undefined) this.targets.add(parts[2]);
  }

  /** A row for who refers to `target`, where there is none of a search parameter. */
  refer(target: string): void {
    if (!this.targets.has(target)) this.hashes.add(strayHash(target, this.hash64));
  }

  string(parts: readonly string[], value: string): void {
    this.strings.add({ param: this.hashOf(parts), value });
  }

  range(parts: readonly string[], low: number, high: number): void {
    this.ranges.add({ param: this.hashOf(parts), low, high });
  }

  markPresent(code: string): void {
    this.present.add(this.hash64(this.type, code, 'present'));
  }

  /** @throws FhirError 422 when there are too many. */
  private hashOf(parts: readonly string[]): bigint {
    this.values += 1;
    if (this.values > MOST_VALUES) throw unprocessable([TOO_MANY]);
    return this.hash64(this.type, ...parts);
  }

  rows(): IndexRows {
    return {
      hashes: [...this.hashes],
      strings: this.strings.rows(),
      ranges: this.ranges.rows(),
      present: [...this.present],
    };
  }
}

/** Rows, each once. Nearly always a parameter has one, and for that no text is made of it. */
class OnceEach<Row extends { readonly param: bigint }> {
  private readonly first = new Map<bigint, Row>();
  private readonly more = new Map<string, Row>();

  /** `nameOf` tells rows of one parameter apart. */
  constructor(private readonly nameOf: (row: Row) => string) {}

  get size(): number {
    return this.first.size + this.more.size;
  }

  add(row: Row): void {
    const first = this.first.get(row.param);
    if (first === undefined) this.first.set(row.param, row);
    else if (this.nameOf(first) !== this.nameOf(row)) this.more.set(`${row.param} ${this.nameOf(row)}`, row);
  }

  rows(): Row[] {
    return [...this.first.values(), ...this.more.values()];
  }
}
