// FHIR R4, ElementDefinition in a profile: much of it repeats the type, which is checked anyway.
import { type ElementType, type ProfileElement, structure } from '#libs/fhir-definitions';
import { withoutVersion } from '../terminology/terminology.js';
import { coreElement } from './element-path.js';

const TYPE = 'http://hl7.org/fhir/StructureDefinition/';
const VALUE_PART = /^(?:fixed|pattern|minValue|maxValue)[A-Z]/;
const KEPT = [
  'id',
  'path',
  'sliceName',
  'slicing',
  'maxLength',
  'mustSupport',
  'min',
  'max',
  'type',
  'binding',
  'constraint',
];

/**
 * What an element of a profile says beyond the type that it is an element of, which defines it under `place`; of a slice also how
 * often it occurs.
 */
export function added(element: ProfileElement, isSlice: boolean, place: string): Partial<ProfileElement> {
  const core = coreElement(place) ?? coreElement(element.base?.path ?? '');
  const constraint = element.constraint?.filter((each) => !isOfType((each as { source?: unknown }).source, each.key));
  const repeats: Record<string, boolean> = {
    min: !isSlice && (element.min ?? 0) === (core?.min ?? 0),
    max: !isSlice && element.max === (core?.max ?? element.base?.max),
    constraint: !constraint?.length,
    type: sameTypes(element.type ?? core?.type ?? [], core?.type ?? []),
    binding: isSameBinding(element.binding, core?.binding),
  };
  const said = Object.entries({ ...element, constraint });
  return Object.fromEntries(said.filter(([name]) => !repeats[name] && (KEPT.includes(name) || VALUE_PART.test(name))));
}

/** Stated by a type of FHIR R4, not by a profile. */
function isOfType(source: unknown, key: string): boolean {
  if (typeof source !== 'string') return /^(?:ele|ext|dom)-\d$/.test(key);
  return structure(source.startsWith(TYPE) ? source.slice(TYPE.length) : source) !== undefined;
}

function isSameBinding(one: ProfileElement['binding'], other: ProfileElement['binding']): boolean {
  if (!one) return true;
  return one.strength === other?.strength && withoutVersion(one.valueSet ?? '') === (other.valueSet ?? '');
}

function sameTypes(own: readonly ElementType[], core: readonly ElementType[]): boolean {
  const text = (types: readonly ElementType[]) => types.map(typeText).sort().join();
  return text(own) === text(core);
}

function typeText({ code, profile = [], targetProfile = [] }: ElementType): string {
  const name = code.startsWith('http://hl7.org/fhirpath/') ? 'system' : code;
  return `${isSystem(name) ? 'system' : name} ${[...profile].sort().join(' ')} ${[...targetProfile].sort().join(' ')}`;
}

/** What a snapshot writes as a type of FHIRPath, FHIR R4 calls by its own name. */
function isSystem(name: string): boolean {
  return name === 'system' || name === 'id' || name === 'string' || name === 'uri';
}
