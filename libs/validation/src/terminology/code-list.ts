// FHIR R4, section 4.8 "CodeSystem": codes and their hierarchy.
import type { CodeSystem, Concept, ValueSetFilter } from '#libs/fhir-definitions';

/** The codes of a system, and what stands directly above each. */
export class CodeList {
  private readonly above = new Map<string, readonly string[]>();
  private readonly below = new Map<string, string[]>();
  readonly isComplete: boolean;
  /** It adds to the codes of another system and has none of its own. */
  readonly isSupplement: boolean;
  private readonly ignoresCase: boolean;
  private folded: ReadonlySet<string> | undefined;

  constructor({ content, caseInsensitive, concept = [] }: CodeSystem) {
    this.isComplete = content === 'complete' && concept.length > 0;
    this.isSupplement = content === 'supplement';
    this.ignoresCase = caseInsensitive === true;
    for (const each of concept) this.add(each, undefined);
    for (const [code, parents] of this.above) {
      for (const parent of parents) this.below.set(parent, [...(this.below.get(parent) ?? []), code]);
    }
  }

  get codes(): Set<string> {
    return new Set(this.above.keys());
  }

  has(code: string): boolean {
    if (this.above.has(code)) return true;
    if (!this.ignoresCase) return false;
    this.folded ??= new Set([...this.above.keys()].map((each) => each.toLowerCase()));
    return this.folded.has(code.toLowerCase());
  }

  /** The codes that pass all filters; undefined where a filter is about what is not held. */
  filtered(filters: readonly ValueSetFilter[]): Set<string> | undefined {
    let codes = this.codes;
    for (const filter of filters) {
      const kept = this.kept(codes, filter);
      if (!kept) return undefined;
      codes = kept;
    }
    return codes;
  }

  private kept(codes: Set<string>, { property, op, value }: ValueSetFilter): Set<string> | undefined {
    if (property !== 'concept' && property !== 'code') return undefined;
    const wanted = this.named(op, value);
    if (wanted) return new Set([...codes].filter((code) => wanted.has(code)));
    if (op !== 'is-not-a') return undefined;
    const below = this.descendants(value).add(value);
    return new Set([...codes].filter((code) => !below.has(code)));
  }

  private named(op: string, value: string): ReadonlySet<string> | undefined {
    if (op === 'is-a') return this.descendants(value).add(value);
    if (op === 'descendent-of') return this.descendants(value);
    if (op === 'in') return new Set(value.split(','));
    return op === '=' ? new Set([value]) : undefined;
  }

  private descendants(ancestor: string): Set<string> {
    const found = new Set<string>();
    for (let level = [ancestor]; level.length > 0; ) {
      level = level.flatMap((code) => this.below.get(code) ?? []).filter((code) => !found.has(code));
      for (const code of level) found.add(code);
    }
    return found;
  }

  private add(concept: Concept, parent: string | undefined): void {
    const [code, below, more = []] = typeof concept === 'string' ? [concept, [], []] : concept;
    this.above.set(code, parent === undefined ? more : [parent, ...more]);
    for (const each of below) this.add(each, code);
  }
}
