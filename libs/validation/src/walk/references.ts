// FHIR R4, section 2.3.0 "Resource References": where they point, ref-1 and dom-3: https://hl7.org/fhir/R4/references.html
import { resourceTypes } from '#libs/fhir-definitions';
import { isId, parseReference } from '#libs/fhir-model';
import { isMembers, type Members, placed, text } from '../document/json.js';
import { containedIn, resolved, type Surroundings } from '../document/surroundings.js';
import type { Report } from '../report.js';
import { quote } from '../words.js';

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** The type of resource that a reference points to, as far as the document tells. */
export function targetType({ reference, type }: Members, around: Surroundings): string | undefined {
  return (typeof reference === 'string' ? typeInDocument(reference, around) : undefined) ?? text(type);
}

function typeInDocument(reference: string, around: Surroundings): string | undefined {
  const found = around.bundle || reference.startsWith('#') ? resolved(reference, around) : undefined;
  if (found) return text(found.resourceType);
  return plainType(reference) ?? namedType(reference);
}

/** Of `Patient/1`, which most references are. */
function plainType(reference: string): string | undefined {
  const slash = reference.indexOf('/');
  const type = slash > 0 ? reference.slice(0, slash) : '';
  return resourceTypes().has(type) && isId(reference.slice(slash + 1)) ? type : undefined;
}

function namedType(reference: string): string | undefined {
  const parsed = parseReference(reference)?.type;
  return parsed !== undefined && resourceTypes().has(parsed) ? parsed : undefined;
}

/** A reference leads to what it says, and to one of the types that the element allows. */
export function checkReference(
  report: Report,
  value: Members,
  targets: ReadonlySet<string> | undefined,
  around: Surroundings,
  at: string,
): void {
  const reference = text(value.reference);
  const inDocument = reference === undefined ? undefined : typeInDocument(reference, around);
  if (reference !== undefined && inDocument === undefined && !checkText(report, reference, around, at)) return;
  const type = inDocument ?? text(value.type);
  if (targets && type !== undefined && !targets.has(type) && resourceTypes().has(type)) {
    report.error('invalid', at, `a reference to ${type} was found, expected one to ${[...targets].join(' or ')}`);
  }
}

function checkText(report: Report, reference: string, { root }: Surroundings, at: string): boolean {
  if (reference.startsWith('#')) {
    const isThere = reference === '#' || containedIn(root).has(reference.slice(1));
    if (!isThere) report.error('invariant', at, `${quote(reference)} is not the id of a contained resource`, 'ref-1');
    return isThere;
  }
  const path = reference.split(/[?#]/)[0]!;
  if (SCHEME.test(reference) || path === '' || reference.includes('?') || parseReference(path)) return true;
  report.error('value', at, `${quote(reference)} is no reference: expected [type]/[id], an absolute URL or #[id]`);
  return false;
}

/** A contained resource is referred to from its container, or refers to it; and its id is its own. */
export function checkContained(report: Report, resource: Members, at: string): void {
  if (!Array.isArray(resource.contained)) return;
  const fragments = fragmentsIn(resource, new Set());
  const ids = new Set<string>();
  for (const [index, contained] of placed(resource.contained)) {
    const here = `${at}/contained/${index}`;
    const id = text(contained.id);
    if (id === undefined) {
      report.error('required', here, 'a contained resource has an id, for nothing else can name it');
      continue;
    }
    if (ids.has(id)) report.error('duplicate', here, `the id ${quote(id)} is that of another contained resource`);
    ids.add(id);
    if (!fragments.has(`#${id}`) && !fragmentsIn(contained, new Set()).has('#')) {
      report.error(
        'invariant',
        here,
        `nothing refers to ${quote(`#${id}`)}, and it does not refer to its container`,
        'dom-3',
      );
    }
  }
}

/** Every text in a resource that may be a reference to something contained. */
function fragmentsIn(value: unknown, found: Set<string>): Set<string> {
  if (typeof value === 'string') {
    if (value.startsWith('#')) found.add(value);
  } else if (Array.isArray(value)) for (const each of value) fragmentsIn(each, found);
  else if (isMembers(value)) for (const name in value) fragmentsIn(value[name], found);
  return found;
}
