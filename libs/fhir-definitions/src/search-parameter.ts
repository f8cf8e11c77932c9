// FHIR R4, SearchParameter: https://hl7.org/fhir/R4/searchparameter-registry.html
import { generatedPart } from './generated-part.js';
import { structure } from './structure.js';

export type SearchParameterType =
  | 'number'
  | 'date'
  | 'string'
  | 'token'
  | 'reference'
  | 'composite'
  | 'quantity'
  | 'uri'
  | 'special';

export interface SearchParameterComponent {
  /** URL of the parameter that says how the component is compared. */
  readonly definition: string;
  /** FHIRPath, relative to what the composite's own expression selects. */
  readonly expression: string;
}

export interface SearchParameter {
  readonly url: string;
  /** The name in a query: `birthdate`, `_id`. */
  readonly code: string;
  readonly type: SearchParameterType;
  readonly base: readonly string[];
  /** FHIRPath; a union over all types of `base` where there are several. `_text`, `_content` and `_query` have none. */
  readonly expression?: string;
  /** What a reference may point to. */
  readonly target?: readonly string[];
  readonly component?: readonly SearchParameterComponent[];
}

const parameters = generatedPart<SearchParameter[]>('search-parameters');

let byBase: Map<string, SearchParameter[]> | undefined;
let byUrl: Map<string, SearchParameter> | undefined;
const inherited = new Map<string, readonly SearchParameter[]>();

/**
 * Every parameter of FHIR R4 that applies to a type: its own, then those of DomainResource and of Resource.
 * An unknown type has none.
 */
export function searchParameters(type: string): readonly SearchParameter[] {
  const known = inherited.get(type);
  if (known) return known;
  if (!structure(type)) return [];
  const found = lineage(type).flatMap((name) => own(name));
  inherited.set(type, found);
  return found;
}

/** The parameter with this URL; a composite names its components so. */
export function searchParameter(url: string): SearchParameter | undefined {
  byUrl ??= new Map(parameters().map((parameter) => [parameter.url, parameter]));
  return byUrl.get(url);
}

function own(type: string): SearchParameter[] {
  byBase ??= indexByBase();
  return byBase.get(type) ?? [];
}

function indexByBase(): Map<string, SearchParameter[]> {
  const index = new Map<string, SearchParameter[]>();
  for (const parameter of parameters()) {
    for (const base of parameter.base) index.set(base, [...(index.get(base) ?? []), parameter]);
  }
  return index;
}

/** A type, then what it specialises: Patient, DomainResource, Resource. */
function lineage(type: string): string[] {
  const base = structure(type)?.baseDefinition?.split('/').at(-1);
  return base ? [type, ...lineage(base)] : [type];
}
