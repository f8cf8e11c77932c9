// FHIR R4 http.html#create and #update: the body of a write, parsed and validated before anything else happens.
import { type JsonDocument, JsonError, type JsonObject, type JsonValue, parse } from '#libs/fhir-json';
import { badRequest, FhirError, isId } from '#libs/fhir-model';
import { syntaxExpression } from '#libs/validation';
import type { BodySource, FhirRequest, SystemRequest } from './fhir-request.js';
import type { Services } from './services.js';
import { checkValidity } from './validity.js';

/**
 * The resource in the body.
 * @throws FhirError 400 for what is not JSON, no resource, or not of the type (and, for an update, the id) of the URL; 422
 * for what is no valid resource, with one issue a fault.
 */
export function resourceBody(services: Services, request: FhirRequest): JsonDocument {
  if (request.document) return request.document;
  const document = jsonDocument(request.body ?? new Uint8Array());
  checkResource(services, request, document.value, sourceOf(request));
  return document;
}

/** The text that the body was sent as; undefined where the body is a translation of it. */
export function sourceOf({ source, body = new Uint8Array() }: SystemRequest): BodySource | undefined {
  return source === 'translation' ? undefined : (source ?? { text: body, at: '' });
}

/** The same for a resource that has been parsed. @throws FhirError 400 or 422. */
export function checkResource(
  services: Services,
  request: FhirRequest,
  resource: JsonValue,
  source: BodySource | undefined,
): void {
  if (!isObject(resource) || typeof resource.resourceType !== 'string') {
    throw badRequest('The body is no FHIR resource: an object with a resourceType is needed', 'structure');
  }
  if (resource.resourceType !== request.type) {
    throw badRequest(`The body is not of type ${request.type}, as the URL says`);
  }
  if (request.id !== undefined && resource.id !== request.id) {
    throw badRequest('The id in the body is not the id in the URL');
  }
  checkValidity(services, request, resource, source);
}

/** The id that a body names itself. @throws FhirError 400 for one that no resource can have. */
export function bodyId({ value }: JsonDocument): string | undefined {
  const id = isObject(value) ? value.id : undefined;
  if (id === undefined) return undefined;
  if (!isId(id)) throw badRequest('The id in the body is no id');
  return id;
}

/** JSON in UTF-8. @throws FhirError 400. */
export function jsonDocument(body: Uint8Array): JsonDocument {
  try {
    return parse(body);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw syntaxRefusal(error, body);
  }
}

function syntaxRefusal({ message, line, column, offset }: JsonError, body: Uint8Array): FhirError {
  const details = `The body is no JSON that can be taken: ${message}`;
  const place = syntaxExpression(new TextDecoder().decode(body.subarray(0, offset)));
  const expression = place === undefined ? {} : { expression: [place] };
  const issue = { severity: 'fatal', code: 'structure', details, diagnostics: details, line, column } as const;
  return new FhirError(400, { ...issue, ...expression });
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
