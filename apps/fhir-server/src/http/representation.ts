// FHIR R4 http.html#mime-type and binary.html#rest: an answer in the form that the client asked for.
import type { FastifyRequest } from 'fastify';
import { type Answer, contentAnswer, represent } from '#libs/interactions';
import { inFormat } from './format.js';
import { type Format, negotiate, prefersContent } from './negotiate.js';

type Query = readonly (readonly [string, string])[];

/** What a client wants: a resource in one of its formats, or the content of a Binary as it is. */
export type Wanted = Format | 'content';

const BINARY = /^\/fhir\/Binary\/[^/$]+(?:\/_history\/[^/$]+)?(?:\?|$)/;

/** @throws FhirError 406 where it can have nothing that it would take. */
export function wantedOf({ method, url, headers }: FastifyRequest): Wanted {
  const format = new URLSearchParams(url.split('?')[1] ?? '').get('_format');
  const isBinary = (method === 'GET' || method === 'HEAD') && BINARY.test(url);
  return isBinary && prefersContent(headers.accept, format) ? 'content' : negotiate(headers.accept, format);
}

/** @throws FhirError 406 for content that XML has no form for. */
export function represented(answer: Answer, request: FastifyRequest, query: Query): Answer {
  const wanted = wantedOf(request);
  return wanted === 'content' ? contentAnswer(answer, rangeOf(request)) : inFormat(represent(answer, query), wanted);
}

/** The format of a refusal: JSON where the client can have neither. */
export function refusalFormat(request: FastifyRequest): Format {
  try {
    return wantedOf(request) === 'xml' ? 'xml' : 'json';
  } catch {
    return 'json';
  }
}

/** RFC 9110 section 13.1.5: our tags are weak and our dates whole seconds, so no If-Range holds. */
function rangeOf({ headers }: FastifyRequest): string | undefined {
  return headers['if-range'] === undefined ? headers.range : undefined;
}
