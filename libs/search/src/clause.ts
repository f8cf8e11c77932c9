// FHIR R4, section 3.1.1.4 "Parameters": one parameter of a query as conditions on the index.
import { resourceTypes } from '#libs/fhir-definitions';
import type { Asked } from './asked.js';
import { columnConditions } from './column.js';
import { conditionsOf } from './conditions.js';
import { splitEscaped } from './escape.js';
import { MOST_ALTERNATIVES } from './limits.js';
import { type ParameterName, parameterName } from './parameter-name.js';
import { malformed, NotSupported, shown } from './refusal.js';
import type { SearchOptions } from './search-options.js';
import type { Clause, Condition } from './search-request.js';
import { typePlan } from './type-plan.js';

/**
 * On several types a parameter is a condition for each, of which any may hold: what is indexed for one type is nothing for another.
 * @throws NotSupported naming a modifier, or a parameter that not all types have; FhirError 400 for a value that cannot be read.
 */
export function clause(types: readonly string[], name: string, value: string, options: SearchOptions): Clause {
  const { code, modifier } = parameterName(name);
  const column = columnConditions(code, modifier, name, value, options);
  if (column) return { name, not: false, anyOf: column };
  const ofTypes = types.map((type) => clauseOf(type, { code, ...(modifier && { modifier }) }, name, value, options));
  return { name, not: ofTypes[0]?.not ?? false, anyOf: ofTypes.flatMap(({ anyOf }) => anyOf) };
}

function clauseOf(
  type: string,
  { code, modifier }: ParameterName,
  name: string,
  value: string,
  options: SearchOptions,
): Clause {
  const parameter = typePlan(type).parameters.get(code);
  if (!parameter) throw new NotSupported(`Parameter ${shown(name)} is not known for ${type}`);
  if (parameter.type === 'special') throw new NotSupported(`Parameter ${shown(name)} is not supported`);
  if (modifier === 'missing') return missing(type, { code }, name, value, options);
  checkModifier({ type, name, modifier, parameter, options });
  const asked: Asked = { type, name, modifier, parameter, options };
  return { name, not: modifier === 'not', anyOf: alternatives(asked, value) };
}

function alternatives(asked: Asked, value: string): Condition[] {
  const parts = splitEscaped(value, ',', MOST_ALTERNATIVES + 1);
  if (parts.length > MOST_ALTERNATIVES)
    throw malformed(asked.name, `at most ${MOST_ALTERNATIVES} values joined by comma`);
  return parts.flatMap((part) => conditionsOf(asked, part));
}

function missing(
  type: string,
  { code }: ParameterName,
  name: string,
  value: string,
  { hash64 }: SearchOptions,
): Clause {
  if (value !== 'true' && value !== 'false') throw malformed(name, ':missing takes true or false');
  return { name, not: value === 'true', anyOf: [{ on: 'present', param: hash64(type, code, 'present') }] };
}

/** Those that are supported; `:missing` goes with all. */
const MODIFIERS: Readonly<Record<string, readonly string[]>> = {
  string: ['exact', 'contains'],
  token: ['not'],
  reference: ['identifier'],
};

function checkModifier({ name, modifier, parameter }: Asked): void {
  if (modifier === undefined || MODIFIERS[parameter.type]?.includes(modifier)) return;
  if (parameter.type === 'reference' && resourceTypes().has(modifier)) {
    if (parameter.targets.length === 0 || parameter.targets.includes(modifier)) return;
    throw malformed(shown(name), `it never refers to a resource of type ${modifier}`);
  }
  throw new NotSupported(`Parameter ${shown(name)}: the modifier :${shown(modifier)} is not supported`);
}
