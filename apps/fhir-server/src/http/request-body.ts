// FHIR R4 http.html: what a request has for a body, as JSON.
import type { FastifyRequest } from 'fastify';
import { badRequest, unsupportedMediaType } from '#libs/fhir-model';
import type { IncomingContent } from '#libs/interactions';
import { Arriving } from './arriving.js';
import { jsonBody } from './format.js';
import { bodyFormat, patchFormat } from './negotiate.js';

/** What an interaction takes as its body. */
export type BodyKind = 'none' | 'resource' | 'form' | 'parameters' | 'patch';

const FORM = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const FHIR_TYPE = /^application\/fhir\+(json|xml)\s*(;|$)/i;
const CREATE = /^\/fhir\/Binary\/?(\?|$)/;
const UPDATE = /^\/fhir\/Binary(\/[^/$?]+)?\/?(\?|$)/;
const NOTHING = /^(?!)/;

/** The body of that kind: of a form as it is, of everything else as FHIR JSON. Rejects with FhirError 400 or 415. */
export async function bodyOf(request: FastifyRequest, kind: BodyKind): Promise<Buffer | undefined> {
  const contentType = request.headers['content-type'];
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  switch (kind) {
    case 'none':
      return undefined;
    case 'form':
      if (FORM.test(contentType ?? '')) return body;
      throw unsupportedMediaType('A search by POST is application/x-www-form-urlencoded');
    case 'parameters':
      return contentType === undefined ? undefined : jsonBody(body, bodyFormat(contentType));
    case 'patch':
      return jsonBody(body, patchFormat(contentType));
    default:
      return jsonBody(body, bodyFormat(contentType));
  }
}

/** What is sent to Binary and is not declared to be FHIR is content, whatever its media type. */
export function isContent({ method, url, headers }: FastifyRequest): boolean {
  const type = headers['content-type'];
  if (type === undefined || FHIR_TYPE.test(type)) return false;
  return (method === 'POST' ? CREATE : method === 'PUT' ? UPDATE : NOTHING).test(url);
}

/** Such content, not yet read. @throws FhirError 400. */
export function contentOf(request: FastifyRequest): IncomingContent | undefined {
  const { body, method, headers } = request;
  if (!(body instanceof Arriving)) return undefined;
  const length =
    headers['content-encoding'] === undefined ? Number(headers['content-length'] ?? Number.NaN) : Number.NaN;
  return {
    interaction: method === 'POST' ? 'create' : 'update',
    contentType: headers['content-type'] ?? '',
    bytes: body.bytes(),
    ...securityContext(request),
    ...(Number.isNaN(length) ? {} : { length }),
  };
}

function securityContext({ headers }: FastifyRequest): { securityContext?: string } {
  const context = headers['x-security-context'];
  if (context === undefined) return {};
  if (typeof context !== 'string') throw badRequest('X-Security-Context is one reference');
  return { securityContext: context };
}
