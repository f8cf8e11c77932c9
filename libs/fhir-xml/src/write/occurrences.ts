// FHIR R4 json.html: the elements that an object has, one for one as they stand in XML.
import type { JsonObject, JsonValue } from '#libs/fhir-json';
import type { Place, Slot } from '../place.js';
import { XmlError } from '../xml-error.js';

/** One element: a value at `holder[key]`, what stands beside it under `_name`, or both. */
export interface Occurrence {
  readonly slot: Slot;
  readonly holder: object;
  readonly key: string | number;
  readonly value: JsonValue | undefined;
  readonly sibling: JsonValue | undefined;
}

/** All elements of an object, in the order of the definitions. @throws XmlError for a name that they do not have. */
export function occurrences(object: JsonObject, place: Place): Occurrence[] {
  const slots = new Set(Object.keys(object).flatMap((name) => slotNamed(name, place) ?? []));
  return [...slots].sort((a, b) => a.order - b.order).flatMap((slot) => ofSlot(object, slot));
}

function slotNamed(name: string, place: Place): Slot | undefined {
  const slot = place.get(name.startsWith('_') ? name.slice(1) : name);
  if (!slot && name !== 'resourceType') throw new XmlError('unwritable', 'An element is not defined in R4');
  return slot;
}

function ofSlot(object: JsonObject, slot: Slot): Occurrence[] {
  const { name } = slot;
  const value = own(object, name);
  const sibling = own(object, `_${name}`);
  if (!slot.repeats) return [{ slot, holder: object, key: name, value, sibling }];
  const values = listIn(value);
  const siblings = listIn(sibling);
  return Array.from({ length: Math.max(values.length, siblings.length) }, (_, key) => ({
    slot,
    holder: values,
    key,
    value: values[key] ?? undefined,
    sibling: siblings[key] ?? undefined,
  }));
}

function own(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function listIn(value: JsonValue | undefined): JsonValue[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new XmlError('unwritable', 'An element that repeats is no array');
  return value;
}
