// FHIR R4, section 3.1.1.4 "Parameters": what is compared by text or range, of an element or behind the first part of a composite.
import type { Asked } from './asked.js';
import { dateQuery } from './date.js';
import { decimal } from './decimal.js';
import { unescaped } from './escape.js';
import { normalise } from './normalise.js';
import { numericTest } from './number.js';
import { quantityQuery } from './quantity.js';
import { splitPrefix } from './range-test.js';
import { malformed } from './refusal.js';
import type { Condition } from './search-request.js';
import { LONGEST_PART, LONGEST_STRING } from './string.js';

/** `:contains` reads every text of its parameter; shorter parts would match most of them. */
const SHORTEST_PART = 3;

/** Also for the text of a composite, where `prefix` says what came before. */
export function stringConditions(asked: Asked, prefix: readonly string[], text: string): Condition[] {
  const value = normalise(text);
  const contains = asked.modifier === 'contains';
  const { length } = Array.from(value);
  if (length === 0) throw malformed(asked.name, 'the value has neither letters nor digits');
  if (length > (contains ? LONGEST_PART : LONGEST_STRING)) throw malformed(asked.name, 'the value is too long');
  if (contains && length < SHORTEST_PART)
    throw malformed(asked.name, `:contains needs at least ${SHORTEST_PART} characters`);
  const kinds = contains ? ['string', 'string-tail'] : ['string'];
  return kinds.map((kind) => ({
    on: 'string',
    param: asked.options.hash64(asked.type, ...prefix, kind),
    match: contains ? 'contains' : 'prefix',
    value,
  }));
}

export function dateConditions(asked: Asked, prefix: readonly string[], value: string): Condition[] {
  const { type, name, options, parameter } = asked;
  const [comparison, date] = splitPrefix(unescaped(value, name));
  const test = dateQuery(comparison, date, options.now ?? Date.now());
  if (!test) throw malformed(name, 'a date is YYYY, YYYY-MM, YYYY-MM-DD or a date with a time');
  return (['date', 'date-long'] as const).map((kind) => ({
    on: 'range',
    param: options.hash64(type, ...prefix, kind),
    test: test[kind],
    single: parameter.single,
  }));
}

export function numericConditions(asked: Asked, prefix: readonly string[], text: string): Condition[] {
  const { type, name, options, parameter } = asked;
  const { single } = parameter;
  const [comparison, lexeme] = splitPrefix(text);
  const number = decimal(lexeme);
  if (!number) throw malformed(name, 'a number is expected');
  const test = numericTest(comparison, number);
  return [
    { on: 'range', param: options.hash64(type, ...prefix, 'number'), test: test.number, single },
    { on: 'range', param: options.hash64(type, ...prefix, 'span'), test: test.span, single },
  ];
}

export function quantityConditions(asked: Asked, prefix: readonly string[], value: string): Condition[] {
  const query = quantityQuery(value, asked.name);
  if (!query) throw malformed(asked.name, 'a quantity is number, number|system|code or number||code');
  return numericConditions(asked, [...prefix, ...query.unit], query.number);
}
