// FHIR R4, OperationOutcome.issue.expression: FHIRPath from the resource's type down to the element.
import { type ElementDefinition, structure } from '#libs/fhir-definitions';
import type { JsonValue } from '#libs/fhir-json';

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
  const definitions = structure(path.split('.')[0]!)?.snapshot.element ?? [];
  const own = definitions.find((element) => element.path === `${path}.${name}`);
  if (own) return { text: `${place.text}.${name}`, path: under(own), value };
  const choice = chosen(definitions, path, name);
  if (!choice) return { text: `${place.text}.${name}`, path, value };
  return { text: `${place.text}.${choice.stem}.ofType(${choice.type})`, path: choice.type, value };
}

/** Where the children of an element are defined: under itself, elsewhere by reference, or with its type. */
function under({ path, contentReference, type }: ElementDefinition): string {
  if (contentReference !== undefined) return contentReference;
  const code = type?.[0]?.code ?? '';
  return code === 'BackboneElement' || code === 'Element' ? path : code;
}

function chosen(
  definitions: readonly ElementDefinition[],
  path: string,
  name: string,
): { stem: string; type: string } | undefined {
  for (const element of definitions) {
    const stem = element.path.endsWith('[x]') ? element.path.slice(path.length + 1, -3) : '';
    if (stem === '' || !element.path.startsWith(`${path}.`) || !name.startsWith(stem)) continue;
    const type = element.type?.find(({ code }) => name === stem + code[0]!.toUpperCase() + code.slice(1));
    if (type) return { stem, type: type.code };
  }
  return undefined;
}

/** Only of a resource: an `ExampleScenario.instance` has an element of that name too. */
function resourceTypeOf(value: unknown): string {
  return isObject(value) && typeof value.resourceType === 'string' ? value.resourceType : 'Resource';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
