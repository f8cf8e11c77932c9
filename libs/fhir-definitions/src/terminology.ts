// FHIR R4, CodeSystem and ValueSet: https://hl7.org/fhir/R4/terminology-module.html
import { generatedPart } from './generated-part.js';

/** A code, the codes below it, and those above it that do not stand around it. */
export type Concept = string | readonly [code: string, below: readonly Concept[], above?: readonly string[]];

export interface CodeSystem {
  /** Only of a `complete` one it is known which codes it has not. */
  readonly content: 'not-present' | 'example' | 'fragment' | 'complete' | 'supplement';
  readonly caseInsensitive?: boolean;
  readonly concept?: readonly Concept[];
}

export interface ValueSetFilter {
  readonly property: string;
  readonly op: string;
  readonly value: string;
}

/** One include or exclude of a value set: what all its parts agree on. */
export interface ValueSetPart {
  readonly system?: string;
  readonly valueSet?: readonly string[];
  /** These codes of the system and no others. */
  readonly codes?: readonly string[];
  readonly filter?: readonly ValueSetFilter[];
}

export interface ValueSetDefinition {
  readonly include: readonly ValueSetPart[];
  readonly exclude?: readonly ValueSetPart[];
}

const codeSystems = generatedPart<Record<string, CodeSystem>>('code-systems');
const definitions = generatedPart<Record<string, ValueSetDefinition>>('value-set-definitions');

/** A code system that FHIR R4 publishes, by its URL without version. */
export function codeSystem(url: string): CodeSystem | undefined {
  const all = codeSystems();
  return Object.hasOwn(all, url) ? all[url] : undefined;
}

/** How a value set that FHIR R4 publishes is composed, by its URL without version. */
export function valueSetDefinition(url: string): ValueSetDefinition | undefined {
  const all = definitions();
  return Object.hasOwn(all, url) ? all[url] : undefined;
}
