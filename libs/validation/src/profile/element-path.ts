// FHIR R4, ElementDefinition.id and path: https://hl7.org/fhir/R4/elementdefinition.html#id
import { type ElementDefinition, type ProfileElement, structure } from '#libs/fhir-definitions';

/** One step of an element's id: `component:Systolic`. */
export interface Step {
  readonly name: string;
  readonly slice?: string;
}

/**
 * The steps to each element of a profile, without the type itself. Elements that have an id are told by it, others by the slices
 * that came before them.
 */
export function steps(elements: readonly ProfileElement[]): [ProfileElement, Step[]][] {
  const current = new Map<string, string>();
  return elements.map((element) => {
    const names = element.path.split('.').slice(1);
    const fromId = element.id === undefined ? [] : idSteps(element.id);
    const found = fromId.length === names.length ? fromId : pathSteps(element, names, current);
    return [element, found.map((step) => step)];
  });
}

function idSteps(id: string): Step[] {
  return id.split('.').slice(1).map(step);
}

function step(text: string): Step {
  const colon = text.indexOf(':');
  return colon < 0 ? { name: text } : { name: text.slice(0, colon), slice: text.slice(colon + 1) };
}

function pathSteps(element: ProfileElement, names: readonly string[], current: Map<string, string>): Step[] {
  for (const path of current.keys()) if (path !== element.path && path.startsWith(element.path)) current.delete(path);
  if (element.sliceName === undefined) current.delete(element.path);
  else current.set(element.path, element.sliceName);
  return names.map((name, index) => {
    const [type] = element.path.split('.');
    const slice = current.get([type, ...names.slice(0, index + 1)].join('.'));
    return slice === undefined ? { name } : { name, slice };
  });
}

/** `valueQuantity` of an Observation as `value[x]:valueQuantity`; any other step as it is. `place` is where the parent's children are defined. */
export function asChoice(own: Step, place: string | undefined): Step {
  if (place === undefined || own.slice !== undefined || coreElement(`${place}.${own.name}`)) return own;
  const choice = choices(place).find((element) => typeOf(element, place, own.name) !== undefined);
  return choice ? { name: choice.path.slice(place.length + 1), slice: own.name } : own;
}

/** The type that a name such as `valueQuantity` has by itself. */
export function choiceType(place: string, name: string): string | undefined {
  for (const element of choices(place)) {
    const type = typeOf(element, place, name);
    if (type !== undefined) return type;
  }
  return undefined;
}

function typeOf(element: ElementDefinition, place: string, name: string): string | undefined {
  const stem = element.path.slice(place.length + 1, -'[x]'.length);
  if (!name.startsWith(stem)) return undefined;
  return element.type?.find(({ code }) => name === stem + code.charAt(0).toUpperCase() + code.slice(1))?.code;
}

function choices(place: string): ElementDefinition[] {
  const elements = structure(place.split('.')[0]!)?.snapshot.element ?? [];
  return elements.filter(
    ({ path }) => path.endsWith('[x]') && path.startsWith(`${place}.`) && !path.includes('.', place.length + 1),
  );
}

/** An element of FHIR R4 itself by its path. */
export function coreElement(path: string): ElementDefinition | undefined {
  const own = structure(path.split('.')[0]!)?.snapshot.element.find((element) => element.path === path);
  return own;
}

/** Where the children of an element are defined: under its path, under another's, or with its type if it has but one. */
export function placeOf(path: string, types: ProfileElement['type']): string | undefined {
  const core = coreElement(path);
  if (core?.contentReference !== undefined) return core.contentReference;
  const all = types ?? core?.type ?? [];
  const code = all.length === 1 ? all[0]!.code : undefined;
  return code === 'BackboneElement' || code === 'Element' ? path : code;
}
