// FHIR R4, section 3.1.1.4 "Parameters": one value of a query as conditions on the index, of which one has to hold.
import type { Asked } from './asked.js';
import { dateConditions, numericConditions, quantityConditions, stringConditions } from './compared.js';
import { compositeConditions } from './composite-conditions.js';
import { unescaped } from './escape.js';
import { codeSystemHolds } from './implied-system.js';
import { referenceQuery } from './reference.js';
import { malformed, NotSupported, shown } from './refusal.js';
import type { Condition } from './search-request.js';
import type { Term } from './term.js';
import { tokenQuery } from './token.js';
import { uriQuery } from './uri.js';

/** @throws FhirError 400 for a value that cannot be read. */
export function conditionsOf(asked: Asked, value: string): Condition[] {
  switch (asked.parameter.type) {
    case 'token':
      return tokens(asked, value);
    case 'reference':
      return references(asked, value);
    case 'uri':
      return hashed(asked, [notEmpty(asked, uriQuery(value, asked.name))]);
    case 'string':
      return strings(asked, value);
    case 'date':
      return dates(asked, value);
    case 'number':
      return numbers(asked, value);
    case 'quantity':
      return quantities(asked, value);
    case 'composite':
      return compositeConditions(asked, value);
    default:
      throw new NotSupported(`Parameter ${shown(asked.name)} is not supported`);
  }
}

function hashed({ type, parameter, options }: Asked, terms: readonly Term[]): Condition[] {
  return parameter.keys.flatMap((key) =>
    terms.map((term): Condition => ({ on: 'hash', hash: options.hash64(type, key, ...term) })),
  );
}

function notEmpty<T>({ name }: Asked, value: T | undefined): T {
  if (value === undefined) throw malformed(name, 'the value is empty');
  return value;
}

function tokens(asked: Asked, value: string): Condition[] {
  const term = notEmpty(asked, tokenQuery(value, asked.name));
  return hashed(asked, [term, ...codeSystemHolds(asked.type, asked.parameter, term)]);
}

function references(asked: Asked, value: string): Condition[] {
  const { name, modifier, parameter, options } = asked;
  if (modifier === 'identifier') {
    const [kind, ...parts] = notEmpty(asked, tokenQuery(value, name));
    return hashed(asked, [[`identifier-${kind}`, ...parts]]);
  }
  const targets = modifier === undefined ? parameter.targets : [modifier];
  const query = { targets, bareIds: parameter.bareIds, baseUrl: options.baseUrl };
  return hashed(asked, notEmpty(asked, referenceQuery(value, name, query)));
}

function strings(asked: Asked, value: string): Condition[] {
  const text = unescaped(value, asked.name);
  if (text === '') throw malformed(asked.name, 'the value is empty');
  if (asked.modifier === 'exact') return hashed(asked, [['exact', text]]);
  return asked.parameter.keys.flatMap((key) => stringConditions(asked, [key], text));
}

function dates(asked: Asked, value: string): Condition[] {
  return asked.parameter.keys.flatMap((key) => dateConditions(asked, [key], value));
}

function numbers(asked: Asked, value: string): Condition[] {
  const text = unescaped(value, asked.name);
  return asked.parameter.keys.flatMap((key) => numericConditions(asked, [key], text));
}

function quantities(asked: Asked, value: string): Condition[] {
  return asked.parameter.keys.flatMap((key) => quantityConditions(asked, [key], value));
}
