// FHIR R4 http.html#parameters and search.html#summary: an answer in the form that the client asked for.
import type { Answer } from '../answer.js';
import { choiceOf } from './choice.js';
import { isPretty, pretty } from './pretty.js';
import { subset } from './subset.js';

/**
 * The answer as `_summary`, `_elements` and `_pretty` want it. What is stored, hashed and on record is the whole.
 * @throws FhirError 400 for a value that is none of theirs: call {@link choiceOf} before anything is done, too.
 */
export function represent(answer: Answer, query: readonly (readonly [string, string])[]): Answer {
  const { body, contentType } = answer;
  if (body === undefined || (contentType !== undefined && !contentType.includes('fhir+json'))) return answer;
  const choice = choiceOf(query);
  const lines = isPretty(query);
  if (choice === undefined && !lines) return answer;
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
  const chosen = choice === undefined ? text : subset(text, choice);
  return { ...answer, body: lines ? pretty(chosen) : chosen };
}
