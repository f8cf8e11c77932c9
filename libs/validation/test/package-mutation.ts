// FHIR R4, section 5.1 "Profiling": examples of a package, broken in what only its profiles ask.
import type { JsonObject, JsonValue } from '#libs/fhir-json';

interface SnapshotElement {
  readonly path: string;
  readonly id: string;
  readonly min: number;
  readonly max: string;
  readonly base: { readonly min: number; readonly max: string };
  readonly [value: `pattern${string}` | `fixed${string}`]: JsonValue;
}

/** A copy of an example with one rule of a profile broken, and under which expression that must be found. */
export interface Broken {
  readonly what: string;
  readonly resource: JsonObject;
  readonly within: string;
}

/** Every rule of a snapshot on the first two levels that can be broken in this resource. */
export function brokenBy(resource: JsonObject, profile: JsonObject | undefined): Broken[] {
  const { element = [] } = (profile?.snapshot ?? {}) as { element?: SnapshotElement[] };
  return element.flatMap((each) => {
    const [type = '', name = '', child, ...deeper] = each.id.split('.');
    if (name === '' || deeper.length > 0) return [];
    const [own = '', slice] = name.split(':');
    if (slice !== undefined) return child === undefined ? sliceBroken(resource, type, own, slice, each) : [];
    return child === undefined ? valueBroken(resource, type, own, each) : childBroken(resource, type, own, child, each);
  });
}

/** Another value than the one that is fixed, or that is a pattern. */
function valueBroken(resource: JsonObject, type: string, name: string, element: SnapshotElement): Broken[] {
  const kind = Object.keys(element).find((key) => /^(?:pattern|fixed)[A-Z]/.test(key));
  const value = resource[name];
  if (kind === undefined || value === undefined) return [];
  const other: JsonValue = kind.endsWith('CodeableConcept') ? { text: 'something else' } : 'something-else';
  const what = `another ${name} than its ${kind}`;
  return [{ what, resource: { ...resource, [name]: Array.isArray(value) ? [other] : other }, within: type }];
}

/** None of a slice that is required, and two of one that may be there once. */
function sliceBroken(
  resource: JsonObject,
  type: string,
  name: string,
  slice: string,
  { min, max, base }: SnapshotElement,
): Broken[] {
  const items = resource[name];
  if (min === 0 || !Array.isArray(items)) return [];
  const { [name]: _, ...without } = resource;
  const missing = { what: `no ${name}:${slice}`, resource: without, within: type };
  const twice = { what: `two ${name}:${slice}`, resource: { ...resource, [name]: [...items, ...items] }, within: type };
  return max === '1' && base.max === '*' ? [missing, twice] : [missing];
}

/** An element inside that only the profile requires, taken away. */
function childBroken(
  resource: JsonObject,
  type: string,
  name: string,
  child: string,
  { min, base }: SnapshotElement,
): Broken[] {
  const value = resource[name];
  const [first] = Array.isArray(value) ? value : [value];
  const isHere = typeof first === 'object' && first !== null && !Array.isArray(first) && child in first;
  if (min === 0 || base.min > 0 || child.includes(':') || !isHere) return [];
  const { [child]: _, [`_${child}`]: __, ...rest } = first;
  const others = Array.isArray(value) ? value.slice(1) : undefined;
  return [
    {
      what: `${name} without ${child}`,
      resource: { ...resource, [name]: others ? [rest, ...others] : rest },
      within: `${type}.${name}`,
    },
  ];
}
