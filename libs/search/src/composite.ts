// FHIR R4, section 3.1.1.4.13 "composite".
import type { PathResult } from '#libs/fhir-path';
import { type Composite, type CompositeComponent, isSpan } from './composite-plan.js';
import { dateOf } from './date.js';
import { numberOf } from './number.js';
import { quantityOf } from './quantity.js';
import { dateRow, quantityRows } from './range-rows.js';
import { referenceTerms } from './reference.js';
import type { Lexemes, RowSink } from './row-sink.js';
import { stringRows, stringValues } from './string.js';
import type { Term } from './term.js';
import { tokenTerms } from './token.js';
import { uriTerms } from './uri.js';

/**
 * Rows for every pair of values that stand together. What the first component is compared by becomes part of what is hashed
 * for the second, so that a row only matches both.
 */
export function compositeRows(
  sink: RowSink,
  composite: Composite,
  resource: object,
  lexemes: Lexemes | undefined,
): void {
  for (const { value } of composite.base.select(resource)) {
    if (typeof value === 'object' && value !== null) together(sink, composite, value, resource, lexemes);
  }
}

function together(
  sink: RowSink,
  { key, components }: Composite,
  focus: object,
  resource: object,
  lexemes: Lexemes | undefined,
): void {
  const [first, ...rest] = components.map((one) => ({ ...one, found: select(one, focus, resource) }));
  for (const term of first!.found.flatMap((result) => pairTerms(first!, result))) {
    if (isSpan(components.map(({ type }) => type))) span(sink, [key, ...term], rest[0]!.found, rest[1]!.found, lexemes);
    else for (const result of rest[0]!.found) second(sink, [key, ...term], rest[0]!, result, lexemes);
  }
}

function select({ elements }: CompositeComponent, focus: object, resource: object): PathResult[] {
  return elements.flatMap((element) => element.select(focus, resource));
}

/** Codings of one concept that are paired with those of another; a pair costs their product. */
const MOST_TERMS = 20;

/** A system alone is too little for a pair. */
function pairTerms(component: CompositeComponent, result: PathResult): Term[] {
  return allTerms(component, result).slice(0, MOST_TERMS);
}

function allTerms({ type }: CompositeComponent, result: PathResult): Term[] {
  if (type === 'reference') return referenceTerms(result, false);
  if (type === 'uri') return uriTerms(result);
  return tokenTerms(result).filter(([kind]) => kind !== 'system');
}

function second(
  sink: RowSink,
  prefix: string[],
  component: CompositeComponent,
  result: PathResult,
  lexemes: Lexemes | undefined,
): void {
  if (component.type === 'string') {
    for (const text of stringValues(result)) stringRows(sink, prefix, text);
  } else if (component.type === 'date') {
    const range = dateOf(result);
    if (range) dateRow(sink, prefix, range);
  } else if (component.type === 'quantity') {
    quantityRows(sink, prefix, quantityOf(result, lexemes));
  } else {
    for (const term of pairTerms(component, result)) sink.hash(...prefix, ...term);
  }
}

/** One row from the number where it starts to the number where it ends. */
function span(
  sink: RowSink,
  prefix: string[],
  starts: PathResult[],
  ends: PathResult[],
  lexemes: Lexemes | undefined,
): void {
  const [start] = starts.map((result) => numberOf(result, lexemes));
  const [end] = ends.map((result) => numberOf(result, lexemes));
  if (start?.kind === 'number' && end?.kind === 'number') sink.range([...prefix, 'start-end'], start.value, end.value);
}
