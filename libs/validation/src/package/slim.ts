// FHIR R4, StructureDefinition, ValueSet and CodeSystem: what of a package's resources a validator computes with.
import type { CodeSystem, Concept, Profile, ValueSetDefinition, ValueSetPart } from '#libs/fhir-definitions';
import { isMembers, type Members, objects, text } from '../document/json.js';

export type Definition = Profile | ValueSetDefinition | CodeSystem;

const PROFILE_PARTS = [
  'url',
  'version',
  'name',
  'type',
  'kind',
  'baseDefinition',
  'derivation',
  'context',
  'contextInvariant',
];
const LEFT_OUT = new Set([
  'definition',
  'comment',
  'short',
  'mapping',
  'requirements',
  'alias',
  'example',
  'label',
  'code',
  'extension',
  'isModifierReason',
  'meaningWhenMissing',
]);

/** Undefined for a resource of another type, and for a definition that is no profile on a type. */
export function slimmed(resource: Members): Definition | undefined {
  if (resource.resourceType === 'StructureDefinition') return slimProfile(resource);
  if (resource.resourceType === 'ValueSet') return slimValueSet(resource);
  return resource.resourceType === 'CodeSystem' ? slimCodeSystem(resource) : undefined;
}

function slimProfile(resource: Members): Profile | undefined {
  if (resource.kind === 'logical' || resource.derivation !== 'constraint') return undefined;
  const parts = Object.fromEntries(PROFILE_PARTS.map((name) => [name, resource[name]]));
  const views = ['snapshot', 'differential'].flatMap((name) => {
    const view = resource[name];
    return isMembers(view) ? [[name, { element: objects(view.element).map(slimElement) }]] : [];
  });
  return { ...parts, ...Object.fromEntries(views) } as unknown as Profile;
}

function slimElement(element: Members): Members {
  return Object.fromEntries(Object.entries(element).filter(([name]) => !LEFT_OUT.has(name)));
}

/** A value set without a composition is known by its expansion, if that is whole. */
function slimValueSet({ compose, expansion }: Members): ValueSetDefinition | undefined {
  if (isMembers(compose)) {
    const exclude = objects(compose.exclude).map(slimPart);
    return { include: objects(compose.include).map(slimPart), ...(exclude.length > 0 ? { exclude } : {}) };
  }
  return isMembers(expansion) ? { include: expanded(objects(expansion.contains)) } : undefined;
}

function slimPart({ system, valueSet, concept, filter }: Members): ValueSetPart {
  return {
    ...(typeof system === 'string' ? { system } : {}),
    ...(Array.isArray(valueSet) ? { valueSet: valueSet.map(String) } : {}),
    ...(Array.isArray(concept) ? { codes: objects(concept).map(({ code }) => String(code)) } : {}),
    ...(Array.isArray(filter) ? { filter: objects(filter) as never } : {}),
  };
}

function expanded(contains: readonly Members[]): ValueSetPart[] {
  const bySystem = Map.groupBy(flat(contains), ({ system }) => text(system) ?? '');
  return [...bySystem].map(([system, all]) => ({ system, codes: all.map(({ code }) => String(code)) }));
}

function flat(contains: readonly Members[]): Members[] {
  return contains.flatMap((each) => [...(each.code === undefined ? [] : [each]), ...flat(objects(each.contains))]);
}

function slimCodeSystem({ content, supplements, caseSensitive, concept }: Members): CodeSystem {
  const isSupplement = typeof supplements === 'string';
  return {
    content: isSupplement ? 'supplement' : ((text(content) ?? 'not-present') as CodeSystem['content']),
    ...(caseSensitive === false ? { caseInsensitive: true } : {}),
    concept: objects(concept).map(slimConcept),
  };
}

function slimConcept({ code, concept }: Members): Concept {
  const below = objects(concept).map(slimConcept);
  return below.length === 0 ? String(code) : [String(code), below];
}
