// FHIR R4, ElementDefinition: what type the members of a JSON object have.
import { type ElementDefinition, structure } from '#libs/fhir-definitions';

/** Where in the definitions an object is: a path of one structure. */
export interface Place {
  /** `Patient`, `Extension`, ... */
  readonly structure: string;
  /** `Patient.contact`; of the root just the type's name. */
  readonly path: string;
}

/** What a member is: a primitive, an object with members of its own, or a resource that names its type itself. */
export type MemberType = { readonly primitive: string } | Place | 'resource';

/** A member of an object in JSON. */
interface Member {
  readonly type: MemberType;
  readonly definition: ElementDefinition;
}

const known = new Map<string, Map<string, Map<string, Member>>>();

/** The place of a resource or data type; undefined for what is none. */
export function placeOf(type: string): Place | undefined {
  return structure(type) ? { structure: type, path: type } : undefined;
}

/** What the member of this name is; undefined for what is not defined there. */
export function memberType(place: Place, name: string): MemberType | undefined {
  if (name.startsWith('_')) return { structure: 'Element', path: 'Element' };
  return membersAt(place)?.get(name)?.type;
}

/** The definition of the member of this name, or of the one that `_name` goes with. */
export function memberDefinition(place: Place, name: string): ElementDefinition | undefined {
  return membersAt(place)?.get(name.replace(/^_/, ''))?.definition;
}

function membersAt({ structure: type, path }: Place): ReadonlyMap<string, Member> | undefined {
  let paths = known.get(type);
  if (paths === undefined) {
    paths = plan(type);
    known.set(type, paths);
  }
  return paths.get(path);
}

function plan(type: string): Map<string, Map<string, Member>> {
  const paths = new Map<string, Map<string, Member>>();
  for (const element of structure(type)?.snapshot.element ?? []) {
    const at = element.path.lastIndexOf('.');
    if (at < 0) continue;
    const parent = element.path.slice(0, at);
    const members = paths.get(parent) ?? new Map<string, Member>();
    paths.set(parent, members);
    for (const [name, member] of membersOf(type, element, element.path.slice(at + 1))) {
      members.set(name, { type: member, definition: element });
    }
  }
  return paths;
}

function membersOf(type: string, element: ElementDefinition, name: string): [string, MemberType][] {
  if (element.contentReference !== undefined) return [[name, { structure: type, path: element.contentReference }]];
  const types = (element.type ?? []).map(({ code }) => code);
  if (!name.endsWith('[x]')) return types.slice(0, 1).map((code) => [name, typeAt(type, element.path, code)]);
  const stem = name.slice(0, -3);
  return types.map((code) => [`${stem}${code[0]?.toUpperCase()}${code.slice(1)}`, typeAt(type, element.path, code)]);
}

function typeAt(type: string, path: string, code: string): MemberType {
  if (code === 'Resource') return 'resource';
  if (code === 'BackboneElement' || code === 'Element') return { structure: type, path };
  const kind = structure(code)?.kind;
  return kind === 'complex-type' ? { structure: code, path: code } : { primitive: code };
}
