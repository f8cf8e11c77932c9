// FHIR R4 http.html#Status-Codes: each refusal is an OperationOutcome.
import { component, type Reference, type Response } from './open-api.js';

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The request is malformed; the issue says where.',
  401: 'No token, or one that is not believed.',
  403: 'No scope of the token covers this, or this may not be recorded.',
  404: 'There is no such resource, or it may not be shown.',
  405: 'The method is not for this URL, or the id may not be chosen.',
  406: 'Neither JSON nor XML would be taken, or this has no form in XML.',
  409: 'Another write was in the way, or other resources refer to this one.',
  410: 'It has been deleted.',
  412: 'If-Match does not hold, or a condition is ambiguous.',
  413: 'The body is too large.',
  415: 'The body is in no format that is understood.',
  422: 'The resource is not valid: one issue for each fault.',
  429: 'Too many requests of this client wait for their answers.',
  500: 'The server failed.',
  503: 'Nothing was done; the same request may succeed later.',
};

/** What every request may be answered. */
const ALWAYS = [400, 401, 403, 406, 500, 503];

/** The refusals of an operation, beside those that every request may be answered. */
export function refusals(statuses: readonly number[]): Record<string, Reference> {
  const all = [...new Set([...ALWAYS, ...statuses])].sort((a, b) => a - b);
  return Object.fromEntries(all.map((status) => [status, component('responses', String(status))]));
}

export function refusalComponents(): Record<string, Response> {
  const content = {
    'application/fhir+json': { schema: { ...component('schemas', 'OperationOutcome') } },
    'application/fhir+xml': { schema: { type: 'string' } },
  };
  const headers = { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } };
  return Object.fromEntries(
    Object.entries(REFUSALS).map(([status, description]) => [
      status,
      { description, content, ...(status === '429' || status === '503' ? { headers } : {}) },
    ]),
  );
}
