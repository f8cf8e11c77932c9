// FHIR R4 json.html#primitive: a primitive's value under its name, its id and extensions under `_name`.
import type { Slot } from '../place.js';
import type { XmlPlace } from '../read-xml.js';

/** JSON texts of one element: a value, what stands beside it under `_name`, or both. */
export interface Part {
  readonly value?: string;
  readonly sibling?: string;
}

/** The members of a JSON object, in the order of the XML. */
export class Members {
  private readonly parts = new Map<string, { slot: Slot; parts: Part[] }>();
  private last: Slot | undefined;

  get isEmpty(): boolean {
    return this.parts.size === 0;
  }

  /** Checks that an element may come next. @throws XmlError if it repeats or is out of order. */
  enter(slot: Slot, at: XmlPlace): void {
    const { last } = this;
    this.last = slot;
    if (!last || slot.order > last.order || (slot === last && slot.repeats)) return;
    const what = slot.order === last.order ? 'occurs more than once' : 'is out of its order';
    throw at.fault('structure', `The element ${slot.name} ${what}`);
  }

  add(slot: Slot, part: Part): void {
    const member = this.parts.get(slot.name);
    if (member) member.parts.push(part);
    else this.parts.set(slot.name, { slot, parts: [part] });
  }

  /** The JSON text of the object. */
  text(resourceType?: string): string {
    const texts = [...this.parts.values()].flatMap(({ slot, parts }) => memberTexts(slot, parts));
    if (resourceType !== undefined) texts.unshift(`"resourceType":"${resourceType}"`);
    return `{${texts.join(',')}}`;
  }
}

function memberTexts({ name, repeats }: Slot, parts: readonly Part[]): string[] {
  const values = parts.map(({ value }) => value);
  const siblings = parts.map(({ sibling }) => sibling);
  return [...memberText(name, values, repeats), ...memberText(`_${name}`, siblings, repeats)];
}

function memberText(name: string, texts: readonly (string | undefined)[], repeats: boolean): string[] {
  if (texts.every((text) => text === undefined)) return [];
  return [`"${name}":${repeats ? `[${texts.map((text) => text ?? 'null').join(',')}]` : texts[0]}`];
}
