// FHIR R4, profiles and extensions: https://hl7.org/fhir/R4/profiling.html
import { generatedPart } from './generated-part.js';
import type { ElementBinding, ElementConstraint, ElementType, StructureDefinition } from './structure.js';

export interface Discriminator {
  readonly type: 'value' | 'exists' | 'pattern' | 'type' | 'profile';
  readonly path: string;
}

export interface Slicing {
  readonly discriminator?: readonly Discriminator[];
  readonly ordered?: boolean;
  readonly rules: 'closed' | 'open' | 'openAtEnd';
}

/** An element as a profile constrains it. `fixed[x]`, `pattern[x]`, `minValue[x]` and `maxValue[x]` stand under their JSON names. */
export interface ProfileElement {
  readonly id?: string;
  readonly path: string;
  readonly sliceName?: string;
  readonly slicing?: Slicing;
  readonly min?: number;
  readonly max?: string;
  readonly base?: { readonly path: string; readonly min: number; readonly max: string };
  readonly contentReference?: string;
  readonly maxLength?: number;
  readonly mustSupport?: boolean;
  readonly type?: readonly ElementType[];
  readonly binding?: ElementBinding;
  readonly constraint?: readonly ElementConstraint[];
  readonly [value: `fixed${string}` | `pattern${string}` | `minValue${string}` | `maxValue${string}`]: unknown;
}

/** Where an extension may stand. */
export interface ExtensionContext {
  readonly type: 'fhirpath' | 'element' | 'extension';
  readonly expression: string;
}

/** A StructureDefinition with derivation `constraint`; it has a differential, a snapshot, or both. */
export interface Profile {
  readonly url: string;
  readonly version?: string;
  readonly name: string;
  readonly type: string;
  readonly kind: StructureDefinition['kind'] | 'logical';
  readonly baseDefinition?: string;
  readonly derivation?: 'specialization' | 'constraint';
  readonly context?: readonly ExtensionContext[];
  readonly contextInvariant?: readonly string[];
  readonly snapshot?: { readonly element: readonly ProfileElement[] };
  readonly differential?: { readonly element: readonly ProfileElement[] };
}

const profiles = generatedPart<Record<string, Profile>>('profiles');

/** A profile or extension that FHIR R4 itself defines, by its URL without version. It has a differential only. */
export function coreProfile(url: string): Profile | undefined {
  const all = profiles();
  return Object.hasOwn(all, url) ? all[url] : undefined;
}
