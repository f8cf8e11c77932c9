// FHIR R4, section 3.1.1.4.13 "composite": which components there are and how each is compared.
import { type SearchParameter, type SearchParameterType, searchParameter } from '#libs/fhir-definitions';
import { type Element, elements } from '#libs/fhir-path';

export interface CompositeComponent {
  readonly type: SearchParameterType;
  readonly elements: readonly Element[];
  readonly targets: readonly string[];
}

/** One place in a resource where the components of a composite parameter stand together. */
export interface Composite {
  /** The same for all composites of a type that compare the same elements at the same place. */
  readonly key: string;
  readonly base: Element;
  readonly components: readonly CompositeComponent[];
}

/** Compared by hash; only what comes after these can be a text or a range. */
const HASHED = new Set<SearchParameterType>(['token', 'reference', 'uri']);

/** Empty where the components are none that can be indexed together. */
export function composites(parameter: SearchParameter, type: string): Composite[] {
  return elements(parameter.expression!, type).flatMap((base) => {
    const found = (parameter.component ?? []).map((one) => component(one, base.context ?? type));
    if (!found.every((one) => one !== undefined) || !indexable(found)) return [];
    return [{ key: [base.key, ...found.map(keyOf)].join('$'), base, components: found }];
  });
}

function component(
  { definition, expression }: { definition: string; expression: string },
  context: string,
): CompositeComponent | undefined {
  const parameter = searchParameter(definition);
  if (!parameter) return undefined;
  return { type: parameter.type, elements: elements(expression, context), targets: parameter.target ?? [] };
}

function keyOf({ type, elements: all }: CompositeComponent): string {
  return `${type}:${all.map(({ key }) => key).join('|')}`;
}

/** Hashed components, then at most one text or range; or one hashed component and the two ends of a span. */
function indexable(components: CompositeComponent[]): boolean {
  const types = components.map(({ type }) => type);
  if (isSpan(types)) return true;
  return (
    types.length === 2 &&
    HASHED.has(types[0]!) &&
    ['token', 'reference', 'uri', 'string', 'date', 'quantity'].includes(types[1]!)
  );
}

/** `chromosome$start$end`: a number where something starts and one where it ends. */
export function isSpan(types: readonly SearchParameterType[]): boolean {
  return types.length === 3 && HASHED.has(types[0]!) && types[1] === 'number' && types[2] === 'number';
}
