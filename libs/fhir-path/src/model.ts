// FHIR R4, which elements a type has and of which types they are, from the model that fhirpath.js ships for its engine.
import model from 'fhirpath/fhir-context/r4';

/** Where a value stands: its type, and the path under which its children are defined (a type, or `Observation.component`). */
export interface Place {
  readonly type: string;
  readonly path: string;
}

export interface Child extends Place {
  /** The property in JSON: `valueQuantity` for a choice. */
  readonly property: string;
  /** Whether there may be several. */
  readonly repeats: boolean;
}

const path2Type: Record<string, string> = model.path2Type;
const parents: Record<string, string> = model.type2Parent;
const choices: Record<string, string[]> = model.choiceTypePaths;
const repeating: Record<string, boolean> = model.path2Repeating;
const elsewhere: Record<string, string> = model.pathsDefinedElsewhere;

/** Whether the name is a type of R4. */
export function isType(name: string): boolean {
  return Object.hasOwn(parents, name) || name === 'Element' || name === 'Resource';
}

/** Whether a value of `type` is also a `base`: canonical is a uri, code a string, Age a Quantity. */
export function isSubtype(type: string, base: string): boolean {
  for (let name: string | undefined = type; name !== undefined; name = parents[name]) {
    if (name === base) return true;
  }
  return false;
}

/** A resource whose actual type is only known from the instance. */
export function isAbstractResource(type: string): boolean {
  return type === 'Resource' || type === 'DomainResource';
}

/** The children that `name` means: none if there is no such element, several for a choice. */
export function children(parent: Place, name: string): Child[] {
  for (const path of lineage(parent)) {
    const found = own(`${path}.${name}`, name) ?? ownChoice(path, name);
    if (found) return found;
  }
  return [];
}

function own(path: string, name: string): Child[] | undefined {
  const alternatives = choices[path];
  if (alternatives) return alternatives.map((suffix) => choice(suffix, name + suffix));
  const type = path2Type[path];
  if (type !== undefined) return [{ ...structural(path, type), property: name, repeats: repeating[path] === true }];
  const defined = elsewhere[path];
  if (defined === undefined) return undefined;
  const repeats = repeating[path] === true || repeating[defined] === true;
  return [{ ...structural(defined, path2Type[defined] ?? 'BackboneElement'), property: name, repeats }];
}

/** `valueDateTime`, which is no FHIRPath but is written in some definitions. */
function ownChoice(path: string, name: string): Child[] | undefined {
  const at = name.search(/[A-Z]/);
  for (let end = at; end > 0 && end < name.length; end = nextCapital(name, end)) {
    const suffix = name.slice(end);
    if (choices[`${path}.${name.slice(0, end)}`]?.includes(suffix)) {
      return [choice(suffix, name)];
    }
  }
  return undefined;
}

/** No choice repeats. */
function choice(suffix: string, property: string): Child {
  return { ...placeOf(typeName(suffix)), property, repeats: false };
}

function nextCapital(name: string, from: number): number {
  const next = name.slice(from + 1).search(/[A-Z]/);
  return next < 0 ? name.length : from + 1 + next;
}

function structural(path: string, type: string): Place {
  return type === 'BackboneElement' || type === 'Element'
    ? { type, path: elsewhere[path] ?? path }
    : placeOf(typeName(type));
}

function placeOf(type: string): Place {
  return { type, path: type };
}

function lineage({ type, path }: Place): string[] {
  const names = path === type ? [] : [path];
  for (let name: string | undefined = type; name !== undefined; name = parents[name]) names.push(name);
  return names;
}

/** `DateTime` in a choice, `System.String` of an id: as R4 names the type. */
export function typeName(name: string): string {
  const bare = name.startsWith('System.') ? name.slice('System.'.length) : name;
  const lower = bare.charAt(0).toLowerCase() + bare.slice(1);
  return isType(lower) ? lower : bare;
}

/** The place of a type or definition path from which relative expressions start. */
export function placeAt(context: string): Place {
  const type = path2Type[context];
  return type === undefined ? placeOf(context) : structural(context, type);
}
