// FHIR R4, profiles and extensions that the standard itself defines: their differentials.
import { FHIR_VERSION, official } from './source.mjs';

const ELEMENT_PARTS = [
  'id',
  'path',
  'sliceName',
  'slicing',
  'min',
  'max',
  'contentReference',
  'maxLength',
  'mustSupport',
  'type',
  'binding',
  'constraint',
];
const VALUE_PART = /^(?:fixed|pattern|minValue|maxValue)[A-Z]/;

/** Profiles on types of FHIR R4 by URL. */
export function profiles() {
  const all = official('StructureDefinition').filter(({ derivation, version }) => isProfile(derivation, version));
  return Object.fromEntries(all.map((profile) => [profile.url, slim(profile)]));
}

function isProfile(derivation, version) {
  return derivation === 'constraint' && (version === FHIR_VERSION || version === undefined);
}

function slim({
  url,
  name,
  type,
  kind,
  abstract,
  baseDefinition,
  derivation,
  context,
  contextInvariant,
  differential,
}) {
  const element = differential.element.map(slimElement);
  return {
    url,
    name,
    type,
    kind,
    abstract,
    baseDefinition,
    derivation,
    context,
    contextInvariant,
    differential: { element },
  };
}

function slimElement(element) {
  const parts = Object.entries(element).filter(([name]) => ELEMENT_PARTS.includes(name) || VALUE_PART.test(name));
  const slimmed = Object.fromEntries(parts);
  if (slimmed.binding) slimmed.binding = { strength: slimmed.binding.strength, valueSet: slimmed.binding.valueSet };
  if (slimmed.slicing) slimmed.slicing = { ...slimmed.slicing, description: undefined };
  slimmed.constraint = slimmed.constraint?.map(({ key, severity, human, expression }) => ({
    key,
    severity,
    human,
    expression,
  }));
  slimmed.type = slimmed.type?.map(({ code, profile, targetProfile }) => ({ code, profile, targetProfile }));
  return slimmed;
}
