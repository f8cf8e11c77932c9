// FHIR R4 search.html#summary and #elements: which part of a resource a client wants.
import { badRequest } from '#libs/fhir-model';

/** What is left of a resource; undefined: all of it. */
export type Choice =
  | { readonly summary: 'true' | 'text' | 'data' | 'count' }
  /** Names of elements at the top of the resource. */
  | { readonly elements: ReadonlySet<string> };

const SUMMARIES = new Set(['true', 'text', 'data', 'count', 'false']);
const MOST_ELEMENTS = 100;

/** @throws FhirError 400 for another value, or both parameters at once. */
export function choiceOf(query: readonly (readonly [string, string])[]): Choice | undefined {
  const summary = query.find(([name]) => name === '_summary')?.[1];
  const elements = query.filter(([name]) => name === '_elements').flatMap(([, value]) => value.split(','));
  if (summary !== undefined && !SUMMARIES.has(summary)) {
    throw badRequest('_summary is one of true, text, data, count and false', 'value');
  }
  const summarised = summary !== undefined && summary !== 'false';
  if (elements.length > 0 && summarised) throw badRequest('_summary and _elements exclude each other', 'value');
  if (elements.length > MOST_ELEMENTS) throw badRequest(`_elements takes at most ${MOST_ELEMENTS} names`, 'too-costly');
  if (elements.length > 0) return { elements: new Set(elements.map((name) => name.trim().replace(/\[x\]$/, ''))) };
  return summarised ? { summary: summary as 'true' | 'text' | 'data' | 'count' } : undefined;
}
