// FHIR R4, section 4.9.5 "Value Set Expansion", as far as it takes to say whether a code is in a value set.
import type { ValueSetDefinition, ValueSetPart } from '#libs/fhir-definitions';
import { Kept } from '../kept.js';
import { CodeList } from './code-list.js';
import { GRAMMARS } from './grammar.js';
import type { TerminologySource } from './source.js';

/** Whether a code is in a value set or system, or why that cannot be told: the system, or value set, that is not held. */
export type Membership = true | false | { readonly notHeld: string };

/** Decides about a code; a `code` element has no system. */
type Test = (system: string | undefined, code: string) => Membership;

export interface ValueSet {
  readonly url: string;
  readonly has: Test;
  /** All its codes where there are few, for messages. */
  readonly few: readonly string[];
}

const FEW = 12;
const MOST_NESTED = 20;

/** Code systems and value sets made ready for questions, each when it is first asked about. */
export class Terminology {
  private readonly lists = new Kept(500, (url) => {
    const definition = this.source.codeSystem(url);
    return definition && new CodeList(definition);
  });
  private readonly sets = new Kept(1000, (url) => {
    const definition = this.source.valueSet(url);
    return definition && this.compiled(url, definition, [url]);
  });

  constructor(private readonly source: TerminologySource) {}

  /** Undefined: the value set is not held. */
  valueSet(canonical: string): ValueSet | undefined {
    return this.sets.get(withoutVersion(canonical));
  }

  /** Whether the system has the code; not held: nothing is known of the system or of all its codes. */
  hasCode(system: string, code: string): Membership {
    const grammar = GRAMMARS.get(system);
    if (grammar) return grammar(code);
    const list = this.list(system);
    if (list?.has(code) && !list.isSupplement) return true;
    return list?.isComplete ? false : { notHeld: system };
  }

  isSupplement(system: string): boolean {
    return this.list(system)?.isSupplement === true;
  }

  private list(system: string): CodeList | undefined {
    return this.lists.get(withoutVersion(system));
  }

  private compiled(url: string, { include, exclude = [] }: ValueSetDefinition, within: readonly string[]): ValueSet {
    const included = include.map((part) => this.part(part, within));
    const excluded = exclude.map((part) => this.part(part, within));
    const has: Test = (system, code) => {
      const isIn = any(included, system, code);
      if (isIn !== true || excluded.length === 0) return isIn;
      const isOut = any(excluded, system, code);
      return typeof isOut === 'boolean' ? !isOut : isOut;
    };
    const listed = include.flatMap(({ codes, system }) => codes ?? this.wholeSystem(system));
    return { url, has, few: listed.length <= FEW ? listed : [] };
  }

  private wholeSystem(system: string | undefined): readonly string[] {
    return system === undefined ? [] : [...(this.list(system)?.codes ?? [])];
  }

  /** What the system part and every named value set of one include agree on. */
  private part(part: ValueSetPart, within: readonly string[]): Test {
    const tests = (part.valueSet ?? []).map((canonical) => this.nested(withoutVersion(canonical), within));
    if (part.system !== undefined) tests.push(this.systemPart(part.system, part));
    return tests.length === 1 ? tests[0]! : (system, code) => all(tests, system, code);
  }

  private nested(url: string, within: readonly string[]): Test {
    const definition = within.includes(url) || within.length > MOST_NESTED ? undefined : this.source.valueSet(url);
    return definition ? this.compiled(url, definition, [...within, url]).has : () => ({ notHeld: url });
  }

  private systemPart(own: string, { codes, filter }: ValueSetPart): Test {
    const isOwn = (system: string | undefined) => system === undefined || system === own;
    if (codes) {
      const listed = new Set(codes);
      return (system, code) => isOwn(system) && listed.has(code);
    }
    if (!filter?.length) return (system, code) => isOwn(system) && this.hasCode(own, code);
    const kept = this.list(own)?.filtered(filter);
    const isComplete = this.list(own)?.isComplete === true;
    return (system, code) => {
      if (!isOwn(system)) return false;
      return kept?.has(code) === true || (isComplete && kept !== undefined ? false : { notHeld: own });
    };
  }
}

export function withoutVersion(canonical: string): string {
  const bar = canonical.indexOf('|');
  return bar < 0 ? canonical : canonical.slice(0, bar);
}

function any(tests: readonly Test[], system: string | undefined, code: string): Membership {
  let open: Membership = false;
  for (const test of tests) {
    const found = test(system, code);
    if (found === true) return true;
    if (found !== false) open = found;
  }
  return open;
}

function all(tests: readonly Test[], system: string | undefined, code: string): Membership {
  let open: Membership = tests.length > 0;
  for (const test of tests) {
    const found = test(system, code);
    if (found === false) return false;
    if (found !== true) open = found;
  }
  return open;
}
