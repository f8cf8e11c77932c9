// FHIR R4: rules that single resource types state in prose.
import { syntaxFault } from '#libs/fhir-path';
import type { Report } from '../report.js';
import { quote } from '../words.js';
import { checkCanonical, checkCapabilities, checkDerived, checkDifferential, checkParameters } from './definitional.js';
import { expressionConstraintFault } from './expression-constraint.js';
import { type Members, objects, placed, text } from './json.js';

type Check = (report: Report, resource: Members, at: string) => void;

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** https://hl7.org/fhir/R4/codesystem.html#defined-props */
const STANDARD_PROPERTIES: Readonly<Record<string, string>> = {
  status: 'code',
  inactive: 'boolean',
  effectiveDate: 'dateTime',
  deprecated: 'dateTime',
  deprecationDate: 'dateTime',
  retirementDate: 'dateTime',
  notSelectable: 'boolean',
  parent: 'code',
  child: 'code',
  partOf: 'code',
  synonym: 'code',
  comment: 'string',
  itemWeight: 'decimal',
};
const SNOMED = 'http://snomed.info/sct';
const PROPERTY_BASE = 'http://hl7.org/fhir/concept-properties#';

const CHECKS: Readonly<Record<string, Check>> = {
  CapabilityStatement: checkCapabilities,
  CodeSystem: checkCodeSystem,
  SearchParameter: checkSearchParameter,
  StructureDefinition: checkStructureDefinition,
  ValueSet: checkValueSet,
};

/** What a type says of its resources beside structure, bindings and invariants. */
export function checkResourceType(report: Report, resource: Members, at: string): void {
  const type = text(resource.resourceType) ?? '';
  if (Object.hasOwn(CHECKS, type)) CHECKS[type]!(report, resource, at);
}

function checkSearchParameter(report: Report, resource: Members, at: string): void {
  const { type, component, expression } = resource;
  checkDerived(report, resource, at);
  if (type === 'composite' && objects(component).length < 2) {
    report.error(
      'business-rule',
      at,
      `a composite parameter has two components or more, found ${objects(component).length}`,
    );
  }
  checkExpression(report, expression, `${at}/expression`);
}

function checkValueSet(report: Report, resource: Members, at: string): void {
  checkCanonical(report, resource, at);
  for (const name of ['include', 'exclude']) {
    for (const [index, part] of placed((resource.compose as Members | undefined)?.[name])) {
      checkPart(report, resource, part, `${at}/compose/${name}/${index}`);
    }
  }
}

function checkPart(report: Report, resource: Members, { system, filter, valueSet }: Members, at: string): void {
  if (typeof system === 'string' && !ABSOLUTE.test(system)) {
    report.error('value', at, `the system is ${quote(system)}, expected an absolute URL`);
  }
  if (Array.isArray(valueSet) && valueSet.includes(system)) {
    report.warning('value', at, 'the same URL is named as code system and as value set');
  }
  for (const [index, each] of placed(filter)) {
    const here = `${at}/filter/${index}`;
    checkFilter(report, each, here);
    checkParameters(report, resource, each, here);
    if (system === SNOMED && each.property === 'constraint') checkConstraintLanguage(report, each.value, here);
  }
}

/** A filter on a standard property has a value of its type. */
function checkFilter(report: Report, { property, op, value }: Members, at: string): void {
  const type = Object.hasOwn(STANDARD_PROPERTIES, String(property)) ? STANDARD_PROPERTIES[String(property)] : undefined;
  const isTruth = type === 'boolean' || op === 'exists';
  if (isTruth && typeof value === 'string' && value !== 'true' && value !== 'false') {
    report.error('value', at, `${quote(value)} was found, expected "true" or "false"`);
  }
  if (op === 'regex' && typeof value === 'string' && !isRegular(value)) {
    report.error('value', at, `${quote(value)} is no regular expression`);
  }
}

function checkConstraintLanguage(report: Report, value: unknown, at: string): void {
  const fault = typeof value === 'string' ? expressionConstraintFault(value) : undefined;
  if (fault !== undefined)
    report.error('value', at, `${quote(value)} is no expression constraint of SNOMED CT: ${fault}`);
}

function isRegular(pattern: string): boolean {
  try {
    return new RegExp(pattern).source !== '';
  } catch {
    return false;
  }
}

function checkCodeSystem(report: Report, resource: Members, at: string): void {
  checkCanonical(report, resource, at);
  if (typeof resource.supplements === 'string' && resource.content !== 'supplement')
    report.error('business-rule', `${at}/content`, `the content is ${quote(resource.content)}, expected "supplement"`);
  const types = new Map<string, string>();
  const seen = new Set<string>();
  for (const [index, property] of placed(resource.property)) {
    checkProperty(report, property, seen, `${at}/property/${index}`);
    const code = text(property.code);
    if (code !== undefined && !types.has(code)) types.set(code, text(property.type) ?? '');
  }
  checkConcepts(report, resource, types, at);
}

function checkProperty(report: Report, { code, uri, type }: Members, seen: Set<string>, at: string): void {
  const ofStandard = typeof uri === 'string' && uri.startsWith(PROPERTY_BASE) ? uri : undefined;
  for (const name of [text(code), ofStandard]) {
    if (name !== undefined && seen.has(name))
      report.error('duplicate', at, `a property ${quote(name)} is already defined`);
    if (name !== undefined) seen.add(name);
  }
  const standard = ofStandard?.slice(PROPERTY_BASE.length) ?? '';
  const expected = Object.hasOwn(STANDARD_PROPERTIES, standard) ? STANDARD_PROPERTIES[standard] : undefined;
  if (expected !== undefined && type !== expected) {
    report.error(
      'business-rule',
      `${at}/type`,
      `the property ${standard} has the type ${quote(type)}, expected ${expected}`,
    );
  }
}

function checkConcepts(report: Report, { concept }: Members, types: ReadonlyMap<string, string>, at: string): void {
  for (const [index, each] of placed(concept)) {
    const here = `${at}/concept/${index}`;
    for (const [place, property] of placed(each.property))
      checkPropertyValue(report, property, types, `${here}/property/${place}`);
    checkConcepts(report, each, types, here);
  }
}

function checkPropertyValue(report: Report, property: Members, types: ReadonlyMap<string, string>, at: string): void {
  const expected = types.get(text(property.code) ?? '');
  const found = Object.keys(property).find((name) => /^value[A-Z]/.test(name));
  if (!expected || found === undefined || found === `value${expected.charAt(0).toUpperCase()}${expected.slice(1)}`)
    return;
  report.error('business-rule', at, `${found} was found, but the property is defined with the type ${expected}`);
}

function checkStructureDefinition(report: Report, resource: Members, at: string): void {
  checkDifferential(report, resource, at);
  for (const view of ['snapshot', 'differential']) {
    for (const [index, { constraint }] of placed((resource[view] as Members | undefined)?.element)) {
      for (const [place, { expression }] of placed(constraint)) {
        checkExpression(report, expression, `${at}/${view}/element/${index}/constraint/${place}/expression`);
      }
    }
  }
}

/** FHIRPath that another engine may still read (quantities) is only suspicious. */
function checkExpression(report: Report, expression: unknown, at: string): void {
  const fault = typeof expression === 'string' ? syntaxFault(expression) : undefined;
  if (fault !== undefined) report.warning('value', at, `the expression could not be read as FHIRPath: ${fault}`);
}
