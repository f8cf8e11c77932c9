// FHIR R4, StructureDefinition: what of it a server computes with.
import { bundle, FHIR_VERSION } from './source.mjs';

const FHIR_TYPE = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';
const OFFICIAL = 'http://hl7.org/fhir/';

/** Type name to slimmed StructureDefinition, of every resource, data type and primitive of FHIR R4. */
export function structures() {
  const slimmed = {};
  for (const definition of [...bundle('profiles-types'), ...bundle('profiles-resources')]) {
    if (isOfficial(definition)) slimmed[definition.name] = slim(definition);
  }
  return slimmed;
}

function isOfficial({ resourceType, version, kind }) {
  return resourceType === 'StructureDefinition' && version === FHIR_VERSION && kind !== 'logical';
}

function slim({ url, name, type, kind, abstract, baseDefinition, derivation, snapshot }) {
  const element = snapshot.element.map((part) => slimElement(part, url));
  return { url, name, type, kind, abstract, baseDefinition, derivation, snapshot: { element } };
}

function slimElement(element, definedBy) {
  const constraint = element.constraint?.filter(({ source }) => source === undefined || source === definedBy);
  return {
    path: element.path,
    min: element.min,
    max: element.max,
    type: element.type?.map((type) => slimType(type, element.path)),
    contentReference: element.contentReference?.slice(1),
    binding: element.binding && slimBinding(element.binding),
    constraint: constraint?.length ? constraint.map(slimConstraint) : undefined,
    isModifier: element.isModifier || undefined,
    isSummary: element.isSummary || undefined,
    representation: element.representation,
  };
}

/** Some elements have the type of a FHIRPath engine, and their FHIR type in an extension; R4 forgot that `Resource.id` is an `id`. */
function slimType({ code, extension, profile, targetProfile }, path) {
  const fhirType = path.endsWith('.value') ? undefined : extension?.find(({ url }) => url === FHIR_TYPE)?.valueUrl;
  const isResourceId = /^[A-Z]\w*\.id$/.test(path) && fhirType !== undefined && isResource(path.split('.')[0]);
  return {
    code: isResourceId ? 'id' : (fhirType ?? code),
    profile,
    targetProfile: targetProfile?.filter((url) => url.startsWith(OFFICIAL)),
  };
}

let resources;

function isResource(name) {
  resources ??= new Set(
    bundle('profiles-resources')
      .filter(({ kind }) => kind === 'resource')
      .map((definition) => definition.name),
  );
  return resources.has(name);
}

function slimBinding({ strength, valueSet }) {
  return { strength, valueSet: valueSet?.split('|')[0] };
}

function slimConstraint({ key, severity, human, expression }) {
  return { key, severity, human, expression };
}
