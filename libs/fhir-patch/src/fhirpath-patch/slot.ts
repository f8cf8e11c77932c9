// FHIR R4 fhirpatch.html: the type of a value must be right for the place where it goes.
import { type ElementDefinition, structure } from '#libs/fhir-definitions';
import { isSubtype, type Kind } from '#libs/fhir-path';
import { unfit } from '../patch-error.js';

/** A property into which a value goes. */
export interface Slot {
  readonly property: string;
  readonly kind: Kind;
  readonly repeats: boolean;
  /** The other properties that the element can have, of which it has one: `valueQuantity`, `valueString`. */
  readonly alternatives: readonly string[];
}

/** A type of a value as it was sent; undefined for parts, which make an element that has no named type. */
export type ValueType = string | undefined;

/** The property for a value of that type where the definitions call an element `name`. @throws PatchError if there is none. */
export function slotFor(kind: Kind, name: string, type: ValueType): Slot {
  const ways = kind.named(name);
  if (ways.length === 0) throw unfit('there is no element of that name');
  const way = ways.find((each) => each.kind.type === type) ?? ways.find((each) => fits(type, each.kind));
  if (!way) throw unfit('its value is of another type than the element');
  const alternatives = ways.map(({ property }) => property);
  return { ...way, alternatives, repeats: ways.length === 1 && repeats(kind, name) };
}

/** What the definitions call an element by its property in JSON: `deceased` for `deceasedBoolean`. */
export function choiceOf(kind: Kind, property: string): string {
  for (let at = 1; at < property.length; at++) {
    const stem = property.slice(0, at);
    if (/[A-Z]/.test(property[at] as string) && kind.named(stem).some((way) => way.property === property)) return stem;
  }
  return property;
}

function repeats(kind: Kind, name: string): boolean {
  return definitionOf(kind.place.path, name)?.max === '*';
}

function definitionOf(path: string, name: string): ElementDefinition | undefined {
  const elements = structure(path.split('.', 1)[0] as string)?.snapshot.element;
  return elements?.find((element) => element.path === `${path}.${name}`);
}

function fits(type: ValueType, { type: wanted }: Kind): boolean {
  if (type === undefined) return wanted === 'BackboneElement' || wanted === 'Element';
  const scalar = scalarOf(type);
  return scalar === undefined ? isSubtype(type, wanted) : scalar === scalarOf(wanted);
}

const NUMBERS = new Set(['decimal', 'integer', 'positiveInt', 'unsignedInt']);

/** How a primitive is written in JSON: whether a string is a right date or code is for validation. */
function scalarOf(type: string): 'number' | 'boolean' | 'string' | undefined {
  if (structure(type)?.kind !== 'primitive-type') return undefined;
  if (NUMBERS.has(type)) return 'number';
  return type === 'boolean' ? 'boolean' : 'string';
}
