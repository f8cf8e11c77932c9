// FHIR R4, section 3.1.1.4.13 "composite".
import type { Asked } from './asked.js';
import { dateConditions, quantityConditions, stringConditions } from './compared.js';
import { type Composite, type CompositeComponent, isSpan } from './composite-plan.js';
import { decimal } from './decimal.js';
import { splitEscaped, unescaped } from './escape.js';
import { type Prefix, splitPrefix } from './range-test.js';
import { referenceQuery } from './reference.js';
import { malformed, NotSupported, shown } from './refusal.js';
import type { Comparison, Condition } from './search-request.js';

import type { Term } from './term.js';
import { tokenQuery } from './token.js';
import { uriQuery } from './uri.js';

/** Conditions for `code$value`: the rows of each place where the components stand together. */
export function compositeConditions(asked: Asked, value: string): Condition[] {
  const { composites } = asked.parameter;
  if (composites.length === 0) throw new NotSupported(`Parameter ${shown(asked.name)} is not supported`);
  const parts = splitEscaped(value, '$');
  return composites.flatMap((composite) => together(asked, composite, parts));
}

function together(asked: Asked, { key, components }: Composite, parts: string[]): Condition[] {
  if (parts.length !== components.length)
    throw malformed(asked.name, `${components.length} values joined by $ are expected`);
  const [first, second] = components as [CompositeComponent, CompositeComponent];
  return terms(asked, first, parts[0]!).flatMap((term) => {
    const prefix = [key, ...term];
    if (isSpan(components.map(({ type }) => type))) return [span(asked, prefix, parts[1]!, parts[2]!)];
    return secondConditions(asked, prefix, second, parts[1]!);
  });
}

function secondConditions(asked: Asked, prefix: string[], component: CompositeComponent, part: string): Condition[] {
  switch (component.type) {
    case 'string':
      return stringConditions(asked, prefix, unescaped(part, asked.name));
    case 'date':
      return dateConditions(asked, prefix, part);
    case 'quantity':
      return quantityConditions(asked, prefix, part);
    default:
      return terms(asked, component, part).map((term) => ({
        on: 'hash',
        hash: asked.options.hash64(asked.type, ...prefix, ...term),
      }));
  }
}

function terms({ name, options }: Asked, { type, targets }: CompositeComponent, part: string): Term[] {
  const found = termsOf();
  if (!found) throw malformed(name, 'a component is empty');
  if (found.some(([kind]) => kind === 'system')) throw malformed(name, 'a component needs a code, not a system alone');
  return found;

  function termsOf(): Term[] | undefined {
    if (type === 'reference') return referenceQuery(part, name, { targets, bareIds: false, baseUrl: options.baseUrl });
    const term = type === 'uri' ? uriQuery(part, name) : tokenQuery(part, name);
    return term && [term];
  }
}

/** Exact comparisons: where something starts and ends is a whole number. */
const COMPARISONS: Partial<Record<Prefix, readonly Comparison['is'][]>> = {
  eq: ['>=', '<='],
  gt: ['>'],
  lt: ['<'],
  ge: ['>='],
  le: ['<='],
  sa: ['>'],
  eb: ['<'],
};

function span(asked: Asked, prefix: string[], start: string, end: string): Condition {
  const comparisons = [...comparisonsOf(asked, 'low', start), ...comparisonsOf(asked, 'high', end)];
  return {
    on: 'range',
    param: asked.options.hash64(asked.type, ...prefix, 'start-end'),
    test: { comparisons },
    single: false,
  };
}

function comparisonsOf({ name }: Asked, of: 'low' | 'high', text: string): Comparison[] {
  const [prefix, lexeme] = splitPrefix(text);
  const number = decimal(lexeme);
  const operators = COMPARISONS[prefix];
  if (!number || !operators) throw malformed(name, 'a number with one of eq gt lt ge le sa eb is expected');
  return operators.map((is) => ({ of, is, value: number.value }));
}
