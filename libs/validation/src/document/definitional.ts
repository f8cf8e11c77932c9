// FHIR R4, conformance resources: what they say of definitions that are held: https://hl7.org/fhir/R4/conformance-module.html
import { searchParameter, structure } from '#libs/fhir-definitions';
import { coreElement, placeOf } from '../profile/element-path.js';
import type { Report } from '../report.js';
import { withoutVersion } from '../terminology/terminology.js';
import { quote } from '../words.js';
import { type Members, objects, placed, text } from './json.js';

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const TYPE = 'http://hl7.org/fhir/StructureDefinition/';
/** What every backbone and data type has, and what a constraint on an extension may name. */
const EVERYWHERE = new Set(['id', 'extension', 'modifierExtension']);

/** A search parameter that a server says it has is of the type that its definition says. */
export function checkCapabilities(report: Report, { rest }: Members, at: string): void {
  for (const [index, each] of placed(rest)) {
    for (const [place, { searchParam }] of placed(each.resource)) {
      for (const [number, parameter] of placed(searchParam))
        checkOffered(report, parameter, `${at}/rest/${index}/resource/${place}/searchParam/${number}`);
    }
  }
}

function checkOffered(report: Report, { definition, type }: Members, at: string): void {
  const defined = typeof definition === 'string' ? searchParameter(withoutVersion(definition)) : undefined;
  if (defined && typeof type === 'string' && defined.type !== type)
    report.error('invalid', at, `the type is ${quote(type)}, but ${quote(definition)} is of type ${defined.type}`);
}

/** A search parameter derived from another narrows it: same type, and no other bases. */
export function checkDerived(report: Report, { derivedFrom, type, base }: Members, at: string): void {
  const original = typeof derivedFrom === 'string' ? searchParameter(withoutVersion(derivedFrom)) : undefined;
  if (!original) return;
  if (typeof type === 'string' && type !== original.type)
    report.error('business-rule', at, `the type is ${quote(type)}, but ${original.url} is of type ${original.type}`);
  const others = Array.isArray(base) ? base.filter((each) => !original.base.includes(String(each))) : [];
  const isForAll = original.base.some((each) => each === 'Resource' || each === 'DomainResource');
  if (others.length > 0 && !isForAll)
    report.error('business-rule', at, `${quote(others[0])} is no base of ${original.url}, from which it is derived`);
}

/** The URL that a value set or code system is known by means the same everywhere. */
export function checkCanonical(report: Report, { url }: Members, at: string): void {
  if (typeof url === 'string' && !ABSOLUTE.test(url))
    report.error('invalid', `${at}/url`, `the url is ${quote(url)}, expected an absolute URL`);
}

/** What a profile constrains are elements of the type. */
export function checkDifferential(report: Report, resource: Members, at: string): void {
  const { derivation, type, kind, differential } = resource;
  if (derivation !== 'constraint' || kind === 'logical' || typeof type !== 'string' || !structure(type)) return;
  for (const [index, { path }] of placed((differential as Members | undefined)?.element)) {
    if (typeof path === 'string' && !isPath(path, type))
      report.error('value', `${at}/differential/element/${index}`, `there is no element ${quote(path)} in ${type}`);
  }
}

/** Steps are followed as far as it is known where they lead. */
function isPath(path: string, type: string): boolean {
  const [first, ...names] = path.split('.');
  if (first !== type) return false;
  let place: string | undefined = type;
  for (const name of names) {
    if (EVERYWHERE.has(name) || place === undefined) return true;
    const defined: string = `${place}.${name}`;
    const element = elementAt(place, name);
    if (!element) return false;
    place = element === defined ? placeOf(defined, undefined) : undefined;
  }
  return true;
}

/** The path of the element, or of the choice that it is one of; undefined if there is none. */
function elementAt(place: string, name: string): string | undefined {
  if (coreElement(`${place}.${name}`)) return `${place}.${name}`;
  const elements = structure(place.split('.')[0]!)?.snapshot.element ?? [];
  const choice = elements.find(({ path, type = [] }) => {
    const stem = path.slice(place.length + 1, -'[x]'.length);
    if (!path.startsWith(`${place}.`) || !path.endsWith('[x]') || stem.includes('.')) return false;
    return type.some(({ code }) => name === stem + code.charAt(0).toUpperCase() + code.slice(1));
  });
  return choice?.path ?? inheritedAt(place, name);
}

/** The elements of what a type specialises are not all repeated with it. */
function inheritedAt(place: string, name: string): string | undefined {
  const base = place.includes('.') ? undefined : structure(place)?.baseDefinition?.slice(TYPE.length);
  return base === undefined || !structure(base) ? undefined : elementAt(base, name);
}

const VALUE_SET_PARAMETER = 'http://hl7.org/fhir/tools/StructureDefinition/valueset-parameter';
const EXPRESSION = 'http://hl7.org/fhir/StructureDefinition/cqf-expression';

/** An expression in the place of a filter's value is FHIRPath on the parameters that the value set declares. */
export function checkParameters(report: Report, resource: Members, filter: Members, at: string): void {
  const holder = filter._value;
  const [extension] = objects((holder as Members | undefined)?.extension).filter(({ url }) => url === EXPRESSION);
  const { language, expression } = (extension?.valueExpression ?? {}) as Members;
  if (typeof expression !== 'string') return;
  if (language !== 'text/fhirpath') {
    report.error('invalid', at, `the language of the expression is ${quote(language)}, expected text/fhirpath`);
    return;
  }
  const declared = new Set(objects(resource.extension).flatMap(parameterName));
  for (const [, name = ''] of expression.matchAll(/%([A-Za-z][\w-]*)/g)) {
    if (declared.size > 0 && !declared.has(name))
      report.error('invalid', at, `the expression uses ${quote(name)}, which is no parameter of the value set`);
  }
}

function parameterName({ url, extension }: Members): string[] {
  if (url !== VALUE_SET_PARAMETER) return [];
  return objects(extension).flatMap((part) => (part.url === 'name' ? (text(part.valueCode) ?? []) : []));
}
