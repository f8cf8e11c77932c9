// FHIR R4, StructureDefinition: what of it a server computes with.
import { FHIR_VERSION, official } from './source.mjs';

const BASE = 'http://hl7.org/fhir/StructureDefinition/';
const FHIR_TYPE = `${BASE}structuredefinition-fhir-type`;

/** The two profiles that elements of the base specification itself refer to as if they were types. */
const PROFILES = ['SimpleQuantity', 'MoneyQuantity'];

/** Name to slimmed StructureDefinition, of every resource, data type and primitive of FHIR R4. */
export function structures() {
  const definitions = official('StructureDefinition').filter(isType);
  return Object.fromEntries(definitions.map((definition) => [definition.url.slice(BASE.length), slim(definition)]));
}

function isType({ version, kind, derivation, url }) {
  const own = derivation !== 'constraint' || PROFILES.includes(url.slice(BASE.length));
  return version === FHIR_VERSION && kind !== 'logical' && url.startsWith(BASE) && own;
}

function slim({ url, name, type, kind, abstract, baseDefinition, derivation, snapshot }) {
  const element = snapshot.element.map((part) => slimElement(part, url, kind));
  return { url, name, type, kind, abstract, baseDefinition, derivation, snapshot: { element } };
}

function slimElement(element, definedBy, kind) {
  const constraint = element.constraint?.filter(({ source }) => source === undefined || source === definedBy);
  return {
    path: element.path,
    min: element.min,
    max: element.max,
    type: element.type?.map((type) => slimType(type, element.path, kind)),
    contentReference: element.contentReference?.slice(1),
    binding: element.binding && slimBinding(element.binding),
    constraint: constraint?.length ? constraint.map(slimConstraint) : undefined,
    isModifier: element.isModifier || undefined,
    isSummary: element.isSummary || undefined,
    representation: element.representation,
  };
}

/** Some elements have the type of a FHIRPath engine, and their FHIR type in an extension. R4 forgot that of `Resource.id`. */
function slimType({ code, extension, profile, targetProfile }, path, kind) {
  const fhirType = extension?.find(({ url }) => url === FHIR_TYPE)?.valueUrl;
  return { code: fhirTypeCode(code, fhirType, path, kind), profile, targetProfile };
}

function fhirTypeCode(code, fhirType, path, kind) {
  if (kind === 'resource' && /^\w+\.id$/.test(path)) return 'id';
  return kind === 'primitive-type' && path.endsWith('.value') ? code : (fhirType ?? code);
}

function slimBinding({ strength, valueSet }) {
  return { strength, valueSet: valueSet?.split('|')[0] };
}

/** Constraints whose expression in R4 is not what their text says, as later releases correct them. */
const CORRECTED = {
  'que-12': 'enableWhen.count() > 1 implies enableBehavior.exists()',
};

function slimConstraint({ key, severity, human, expression }) {
  return { key, severity, human, expression: CORRECTED[key] ?? expression };
}
