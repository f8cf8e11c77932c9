// FHIR R4, section 3.1.1.4 "Parameters": what a resource is found by, for every search parameter of its type.
import { parseReference } from '#libs/fhir-model';
import { type PathResult, referenceTarget } from '#libs/fhir-path';
import { compositeRows } from './composite.js';
import { dateOf } from './date.js';
import type { Hash64 } from './hash64.js';
import type { IndexRows } from './index-row.js';
import { literalReferences } from './literal-references.js';
import { numberOf } from './number.js';
import { quantityOf } from './quantity.js';
import { dateRow, numericRow, quantityRows } from './range-rows.js';
import { referenceTerms } from './reference.js';
import { type Lexemes, RowSink } from './row-sink.js';
import { stringRows, stringValues } from './string.js';
import { tokenTerms } from './token.js';
import { type Extraction, typePlan } from './type-plan.js';
import { uriTerms } from './uri.js';

/**
 * The index rows of a resource of a known type. Values that have not the shape their type demands give no rows; nothing is
 * thrown for them. A reference that gives no row to a search parameter gives one to {@link referrerHashes} all the same. Of what is paired in a composite parameter the first ten codings count. `_id` and `_lastUpdated` are not among them: they are columns.
 * @throws FhirError 422 for a resource with more than 200,000 values to search by.
 * @param document where the numbers' lexemes are; without it their precision is that of the shortest text.
 */
export function indexRows(type: string, resource: object, hash64: Hash64, document?: Lexemes): IndexRows {
  const sink = new RowSink(type, hash64);
  const plan = typePlan(type);
  for (const extraction of plan.extractions) {
    for (const result of extraction.element.select(resource)) {
      if (valueRows(sink, extraction, result, document)) markPresent(sink, extraction, result, resource);
    }
  }
  for (const composite of plan.composites) {
    const before = sink.size;
    compositeRows(sink, composite, resource, document);
    if (sink.size > before) for (const code of composite.codes) sink.markPresent(code);
  }
  strayReferences(sink, resource);
  return sink.rows();
}

function strayReferences(sink: RowSink, resource: object): void {
  for (const text of literalReferences(resource)) {
    const { type, id, base } = parseReference(text) ?? {};
    if (type !== undefined && base === undefined) sink.refer(`${type}/${id}`);
  }
}

/** Whether the value gave a row, or is a reference, which is there even if nothing can be found by it. */
function valueRows(sink: RowSink, extraction: Extraction, result: PathResult, lexemes: Lexemes | undefined): boolean {
  const { key } = extraction.element;
  switch (extraction.type) {
    case 'token':
      return hashes(sink, key, tokenTerms(result));
    case 'reference':
      hashes(sink, key, referenceTerms(result, extraction.bareIds));
      return true;
    case 'uri':
      return hashes(sink, key, uriTerms(result));
    case 'string':
      return strings(sink, key, stringValues(result));
    case 'date':
      return date(sink, key, result);
    case 'number':
      return number(sink, key, result, lexemes);
    case 'quantity':
      return quantity(sink, key, result, lexemes);
    default:
      return false;
  }
}

function hashes(sink: RowSink, key: string, terms: readonly (readonly string[])[]): boolean {
  for (const term of terms) sink.hash(key, ...term);
  return terms.length > 0;
}

function strings(sink: RowSink, key: string, values: string[]): boolean {
  for (const value of values) stringRows(sink, [key], value);
  return values.length > 0;
}

function date(sink: RowSink, key: string, result: PathResult): boolean {
  const range = dateOf(result);
  if (range) dateRow(sink, [key], range);
  return range !== undefined;
}

function number(sink: RowSink, key: string, result: PathResult, lexemes: Lexemes | undefined): boolean {
  const amount = numberOf(result, lexemes);
  if (amount) numericRow(sink, [key], amount);
  return amount !== undefined;
}

function quantity(sink: RowSink, key: string, result: PathResult, lexemes: Lexemes | undefined): boolean {
  const found = quantityOf(result, lexemes);
  quantityRows(sink, [key], found);
  return found !== undefined;
}

function markPresent(sink: RowSink, { parameters }: Extraction, { value }: PathResult, resource: object): void {
  for (const { code, target } of parameters) {
    if (target === undefined || referenceTarget(value, resource) === target) sink.markPresent(code);
  }
}
