// FHIR R4 xml.html and json.html: which elements stand where, in which order and form, as the definitions say.
import { type ElementDefinition, type ElementType, resourceTypes, structure } from '#libs/fhir-definitions';

/** How a primitive is written in JSON. */
export type Scalar = 'string' | 'number' | 'boolean';

/** What an element holds. `place` names where its children are defined: a type, or a path such as `Patient.contact`. */
export type Content =
  | { readonly kind: 'primitive'; readonly scalar: Scalar }
  | { readonly kind: 'complex'; readonly place: string }
  | { readonly kind: 'resource' }
  | { readonly kind: 'xhtml' };

/** One name that may stand at a place: the element in XML, the property in JSON. */
export interface Slot {
  readonly name: string;
  /** Position among the elements of the place; the names of a choice share it. */
  readonly order: number;
  readonly repeats: boolean;
  /** An attribute in XML: `id` of an element, `url` of an extension. */
  readonly isAttribute: boolean;
  readonly content: Content;
}

/** All names that may stand at a place, in order. */
export type Place = ReadonlyMap<string, Slot>;

/** Where the children of a primitive are defined: its id and extensions. */
export const OF_PRIMITIVES = 'Element';

const places = new Map<string, Place>();

/** The place of a type, or of the path of an element that has children of its own. */
export function placeOf(name: string): Place {
  let place = places.get(name);
  if (!place) {
    place = new Map(slots(name).map((slot) => [slot.name, slot]));
    places.set(name, place);
  }
  return place;
}

/** Whether a resource can have this type. */
export function isResourceType(name: string): boolean {
  return resourceTypes().has(name);
}

function slots(name: string): Slot[] {
  const type = name.split('.', 1)[0] as string;
  const elements = structure(type)?.snapshot.element ?? [];
  const children = elements.filter(({ path }) => path.lastIndexOf('.') === name.length && path.startsWith(`${name}.`));
  return children.flatMap((element, order) => slotsOf(element, order));
}

function slotsOf(element: ElementDefinition, order: number): Slot[] {
  const shared = {
    order,
    repeats: element.max === '*' || Number(element.max) > 1,
    isAttribute: element.representation?.includes('xmlAttr') === true,
  };
  const name = element.path.slice(element.path.lastIndexOf('.') + 1);
  if (!name.endsWith('[x]')) return [{ name, ...shared, content: contentOf(element) }];
  const stem = name.slice(0, -'[x]'.length);
  return (element.type ?? []).map((type) => ({
    name: stem + type.code.charAt(0).toUpperCase() + type.code.slice(1),
    ...shared,
    content: contentOfType(type, element.path),
  }));
}

function contentOf(element: ElementDefinition): Content {
  if (element.contentReference !== undefined) return { kind: 'complex', place: element.contentReference };
  const type = element.type?.[0];
  if (!type) throw new Error(`The definition of ${element.path} has no type`);
  return element.representation?.includes('xhtml') ? { kind: 'xhtml' } : contentOfType(type, element.path);
}

const NUMBERS = new Set(['decimal', 'integer', 'positiveInt', 'unsignedInt']);

function contentOfType({ code }: ElementType, path: string): Content {
  if (code === 'Resource') return { kind: 'resource' };
  if (code === 'xhtml') return { kind: 'xhtml' };
  if (code === 'BackboneElement' || code === 'Element') return { kind: 'complex', place: path };
  if (structure(code)?.kind !== 'primitive-type') return { kind: 'complex', place: code };
  return { kind: 'primitive', scalar: NUMBERS.has(code) ? 'number' : code === 'boolean' ? 'boolean' : 'string' };
}
