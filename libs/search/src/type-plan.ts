// FHIR R4, SearchParameter: the parameters of a resource type and the elements that they look at.
import { type SearchParameter, type SearchParameterType, searchParameters } from '#libs/fhir-definitions';
import { type Element, elements } from '#libs/fhir-path';
import { type Composite, composites } from './composite-plan.js';
import { indexesBareIds } from './reference.js';

/** A parameter as far as the query is concerned. */
export interface ParameterPlan {
  readonly code: string;
  readonly type: SearchParameterType;
  /** The elements whose rows answer it. */
  readonly keys: readonly string[];
  /** Types of the values of those elements. */
  readonly valueTypes: readonly string[];
  readonly targets: readonly string[];
  /** Whether references of these elements have rows for the bare id. */
  readonly bareIds: boolean;
  readonly composites: readonly Composite[];
  /** It looks at one element, of which a resource has at most one. */
  readonly single: boolean;
}

/** An element that gives rows, once for all parameters of one kind that look at it. */
export interface Extraction {
  readonly type: SearchParameterType;
  readonly element: Element;
  readonly bareIds: boolean;
  /** Who is present where it has a value, for a reference only if it points to `target`. */
  readonly parameters: readonly { readonly code: string; readonly target?: string | undefined }[];
}

export interface TypePlan {
  readonly parameters: ReadonlyMap<string, ParameterPlan>;
  readonly extractions: readonly Extraction[];
  readonly composites: readonly CompositeExtraction[];
}

/** A place that gives rows, once for all composite parameters that look at it. */
export interface CompositeExtraction extends Composite {
  readonly codes: readonly string[];
}

/** Answered from columns of `version`, not from the index. */
const COLUMNS = new Set(['_id', '_lastUpdated']);

const plans = new Map<string, TypePlan>();

/** Made at the first use of a type; an unknown type has no parameters. */
export function typePlan(type: string): TypePlan {
  const known = plans.get(type);
  if (known) return known;
  const plan = makePlan(type);
  plans.set(type, plan);
  return plan;
}

function makePlan(type: string): TypePlan {
  const indexed = searchParameters(type).filter(
    ({ code, expression }) => expression !== undefined && !COLUMNS.has(code),
  );
  const uses = indexed
    .filter((one) => one.type !== 'composite' && one.type !== 'special')
    .flatMap((one) => usesOf(one, type));
  const groups = Map.groupBy(uses, ({ parameter, element }) => `${parameter.type} ${element.key}`);
  const extractions = [...groups.values()].map(extraction);
  const pairs = compositesOf(
    indexed.filter((one) => one.type === 'composite'),
    type,
  );
  const parameters = indexed.map((one) => parameterPlan(one, uses, extractions, pairs));
  return { parameters: new Map(parameters.map((one) => [one.code, one])), extractions, composites: pairs };
}

function compositesOf(parameters: SearchParameter[], type: string): CompositeExtraction[] {
  const all = parameters.flatMap((one) => composites(one, type).map((composite) => ({ composite, code: one.code })));
  const groups = Map.groupBy(all, ({ composite }) => composite.key);
  return [...groups.values()].map((group) => ({ ...group[0]!.composite, codes: group.map(({ code }) => code) }));
}

interface Use {
  readonly parameter: SearchParameter;
  readonly element: Element;
}

function usesOf(parameter: SearchParameter, type: string): Use[] {
  return elements(parameter.expression!, type).map((element) => ({ parameter, element }));
}

function extraction(uses: Use[]): Extraction {
  const [{ parameter, element }] = uses as [Use];
  return {
    type: parameter.type,
    element,
    bareIds: uses.some((use) => indexesBareIds(use.parameter.target ?? [])),
    parameters: uses.map((use) => ({ code: use.parameter.code, target: use.element.target })),
  };
}

function parameterPlan(
  parameter: SearchParameter,
  uses: Use[],
  extractions: Extraction[],
  pairs: TypePlan['composites'],
): ParameterPlan {
  const own = uses.filter((use) => use.parameter === parameter).map(({ element }) => element);
  const keys = own.map(({ key }) => key);
  const filters = own.map(({ target }) => target);
  const targets =
    filters.every((target) => target !== undefined) && filters.length > 0 ? filters : (parameter.target ?? []);
  return {
    code: parameter.code,
    type: parameter.type,
    keys,
    valueTypes: [...new Set(own.flatMap(({ types }) => types))],
    targets: targets as string[],
    bareIds: extractions.some((one) => one.type === 'reference' && one.bareIds && keys.includes(one.element.key)),
    single: own.length === 1 && own[0]!.single,
    composites: pairs.filter(({ codes }) => codes.includes(parameter.code)),
  };
}
