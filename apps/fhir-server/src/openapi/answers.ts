// FHIR R4 http.html: what the interactions answer when they do what was asked.
import { type Content, component, type Response } from './open-api.js';

/** A resource, in the two formats. */
export function resourceContent(...schemas: string[]): Content {
  const all = schemas.map((name) => ({ ...component('schemas', name) }));
  const [only, ...more] = all;
  return {
    'application/fhir+json': { schema: only && more.length === 0 ? only : { anyOf: all } },
    'application/fhir+xml': { schema: { type: 'string' } },
  };
}

const text = (description: string) => ({ description, schema: { type: 'string' } });
const VERSION = { ETag: text('W/"version".'), 'Last-Modified': text('When it was recorded.') };
const LOCATION = { ...VERSION, Location: text('URL of the version.') };

const NOT_MODIFIED: Response = { description: 'The client holds it already.', headers: VERSION };
const ACCEPTED: Response = {
  description: 'Answered later, under the URL in Content-Location.',
  headers: { 'Content-Location': text('The status URL.'), 'Retry-After': text('Seconds.') },
};

export function readAnswers(type: string): Record<string, Response> {
  return { 200: { description: 'The version.', headers: VERSION, content: resourceContent(type) }, 304: NOT_MODIFIED };
}

/** What was written: the resource, an OperationOutcome or nothing, as Prefer says. */
export function writtenAnswers(type: string, ...statuses: (200 | 201)[]): Record<string, Response> {
  const words = { 200: 'Stored as the next version, or there already.', 201: 'Stored as the first version.' };
  const answer = (status: 200 | 201): Response => ({
    description: words[status],
    headers: LOCATION,
    content: resourceContent(type, 'OperationOutcome'),
  });
  return Object.fromEntries(statuses.map((status) => [status, answer(status)]));
}

export function deletedAnswers(): Record<string, Response> {
  return {
    200: { description: 'Deleted; what there is to say about it.', content: resourceContent('OperationOutcome') },
    204: { description: 'Deleted, or nothing there to delete.' },
  };
}

/** A Bundle; `isDeferrable`: with Prefer: respond-async it is answered later. */
export function bundleAnswers(
  description: string,
  isDeferrable: boolean,
  ...types: string[]
): Record<string, Response> {
  return {
    200: { description, content: resourceContent(...types.map((type) => `Bundle-${type}`)) },
    ...(isDeferrable ? { 202: ACCEPTED } : {}),
  };
}

export function operationAnswers(isDeferrable: boolean): Record<string, Response> {
  return {
    200: { description: 'What the operation returns.', content: resourceContent('Resource') },
    ...(isDeferrable ? { 202: ACCEPTED } : {}),
  };
}

/** Of a status URL: what failed answers as it would have at once. */
export function jobAnswers(): Record<string, Response> {
  return {
    200: {
      description: 'Done: the answer in a Bundle.',
      headers: { Expires: text('The answer is kept until then.') },
      content: resourceContent('Bundle-batch-response'),
    },
    202: {
      description: 'Not done yet.',
      headers: { 'X-Progress': text('How far it is, in words.'), 'Retry-After': text('Seconds.') },
    },
    default: { description: 'It failed.', content: resourceContent('OperationOutcome') },
  };
}
