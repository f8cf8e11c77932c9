// FHIR R4 http.html: what a request has for a body, as JSON.
import type { FastifyRequest } from 'fastify';
import { badRequest, unsupportedMediaType } from '#libs/fhir-model';
import { binaryOf } from '#libs/interactions';
import { jsonBody } from './format.js';
import { bodyFormat, patchFormat } from './negotiate.js';

/** What an interaction takes as its body. */
export type BodyKind = 'none' | 'resource' | 'form' | 'parameters' | 'patch';

const FORM = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const FHIR_TYPE = /^application\/fhir\+(json|xml)\s*(;|$)/i;

/**
 * The body of that kind: of a form as it is, of everything else as FHIR JSON. What is sent to Binary and is not declared
 * to be FHIR is content, and becomes a Binary.
 * @throws FhirError 400 or 415.
 */
export function bodyOf(
  request: FastifyRequest,
  kind: BodyKind,
  { type, id }: { type: string; id?: string },
): Buffer | undefined {
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
      if (type !== 'Binary' || contentType === undefined || FHIR_TYPE.test(contentType)) {
        return jsonBody(body, bodyFormat(contentType));
      }
      return binaryOf({ contentType, bytes: body, ...securityContext(request), ...(id === undefined ? {} : { id }) });
  }
}

function securityContext({ headers }: FastifyRequest): { securityContext?: string } {
  const context = headers['x-security-context'];
  if (context === undefined) return {};
  if (typeof context !== 'string') throw badRequest('X-Security-Context is one reference');
  return { securityContext: context };
}
