// FHIR R4 bundle.html and search.html#elements: what the url of an entry says about its answer
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import { represent } from '../representation/represent.js';
import type { ContentBound } from './content-bound.js';
import { isReading } from './order.js';

/**
 * The answer as `_summary` and `_elements` of the entry want it; to HEAD without content. `_pretty` is for the whole.
 * @throws FhirError 413 for content that is asked for and there is no room for.
 */
export function entryAnswer(answer: Answer, method: string, { query }: FhirRequest, content: ContentBound): Answer {
  if (method === 'HEAD') {
    const { body: _, ...rest } = answer;
    return rest;
  }
  const chosen = represent(
    answer,
    query.filter(([name]) => name !== '_pretty'),
  );
  return isReading(method) ? content.whole(chosen) : content.bounded(chosen);
}
