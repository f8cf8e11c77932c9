// FHIR R4 http.html#mime-type and binary.html#rest: an answer in the form that the client asked for.
import type { FastifyRequest } from 'fastify';
import type { BlobStore } from '#libs/blob';
import { type Answer, contentAnswer, isPretty, represent, withData } from '#libs/interactions';
import { inFormat } from './format.js';
import { type Format, negotiate, prefersContent } from './negotiate.js';

type Query = readonly (readonly [string, string])[];

/** What a client wants: a resource in one of its formats, or the content of a Binary as it is. */
export type Wanted = Format | 'content';

const BINARY = /^\/fhir\/Binary\/[^/$]+(?:\/_history\/[^/$]+)?(?:\?|$)/;

/** `query`: of the URL, if not given. @throws FhirError 406 where it can have nothing that it would take. */
export function wantedOf({ method, url, headers }: FastifyRequest, query: Query = queryOf(url)): Wanted {
  const format = query.find(([name]) => name === '_format')?.[1] ?? null;
  const isBinary = (method === 'GET' || method === 'HEAD') && BINARY.test(url);
  return isBinary && prefersContent(headers.accept, format) ? 'content' : negotiate(headers.accept, format);
}

function queryOf(url: string): Query {
  const start = url.indexOf('?');
  return start < 0 ? [] : [...new URLSearchParams(url.slice(start + 1))];
}

/** @throws FhirError 406 for content that XML has no form for. */
export function represented(answer: Answer, request: FastifyRequest, query: Query, blobs?: BlobStore): Answer {
  const wanted = wantedOf(request, query);
  if (wanted === 'content') return contentAnswer(answer, rangeOf(request, answer), blobs);
  return withData(answer, blobs, (whole) => inFormat(represent(whole, query), wanted, isPretty(query)));
}

/** The format of a refusal: JSON where the client can have neither. */
export function refusalFormat(request: FastifyRequest): Format {
  try {
    return wantedOf(request) === 'xml' ? 'xml' : 'json';
  } catch {
    return 'json';
  }
}

/** RFC 9110 section 13.1.5: the strong tag of a version's content holds; our dates are whole seconds, so no date does. */
function rangeOf({ headers }: FastifyRequest, answer: Answer): string | undefined {
  const condition = headers['if-range'];
  return condition === undefined || `W/${String(condition)}` === answer.headers.etag ? headers.range : undefined;
}
