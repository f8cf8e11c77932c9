// FHIR R4, OperationOutcome.issue.expression: FHIRPath from the resource's type down to the element.
import type { JsonValue } from '#libs/fhir-json';
import { Kept } from './kept.js';
import { typePlan } from './walk/type-plan.js';

/** Where a step leads: the path of definitions that its elements stand under, such as `HumanName` or `Patient.contact`. */
interface Place {
  readonly text: string;
  readonly path: string;
  readonly value: unknown;
}

/**
 * A JSON pointer into a resource as FHIRPath: `/name/0/_given/1` of a Patient is `Patient.name[0].given[1]`, and
 * `/valueQuantity` of an Observation is `Observation.value.ofType(Quantity)`.
 */
export function expression(type: string, resource: JsonValue, pointer: string): string {
  const isKept = pointer.length <= LONGEST_KEPT && !type.includes('/') && !INSIDE.test(pointer);
  return isKept ? known.get(`${type}${pointer}`) : written(type, resource, pointer);
}

/** What is in a resource inside another is named by the type of that, which only the document tells. */
const INSIDE = /\/(?:contained|resource|outcome|response)\b/;
const LONGEST_KEPT = 200;
const known = new Kept(2000, (key) => {
  const at = key.indexOf('/');
  return at < 0 ? key : written(key.slice(0, at), null, key.slice(at));
});

function written(type: string, resource: JsonValue, pointer: string): string {
  let place: Place = { text: type, path: type, value: resource };
  for (const step of pointer.split('/').slice(1)) place = /^\d+$/.test(step) ? item(place, step) : member(place, step);
  return place.text;
}

function item({ text, path, value }: Place, index: string): Place {
  const inner = Array.isArray(value) ? value[Number(index)] : undefined;
  return { text: `${text}[${index}]`, path, value: inner };
}

function member(place: Place, step: string): Place {
  const name = step.startsWith('_') ? step.slice(1) : step;
  const value = isObject(place.value) ? place.value[step] : undefined;
  const path = place.path === 'Resource' ? resourceTypeOf(place.value) : place.path;
  const found = typePlan(path)?.members.get(name);
  if (!found) return { text: `${place.text}.${name}`, path, value };
  const text = found.name === name ? `${place.text}.${name}` : `${place.text}.${found.name}.ofType(${found.type})`;
  return { text, path: found.isResource ? 'Resource' : (found.plan?.path ?? path), value };
}

/** Only of a resource: an `ExampleScenario.instance` has an element of that name too. */
function resourceTypeOf(value: unknown): string {
  return isObject(value) && typeof value.resourceType === 'string' ? value.resourceType : 'Resource';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
