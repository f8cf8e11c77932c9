// FHIR R4 http.html#create and #update: the body of a write, parsed and validated before anything else happens.
import { type JsonDocument, JsonError, type JsonObject, type JsonValue, parse } from '#libs/fhir-json';
import { badRequest, isId, unprocessable } from '#libs/fhir-model';
import { validate } from '#libs/validation';
import type { FhirRequest } from './fhir-request.js';

/**
 * The resource in the body.
 * @throws FhirError 400 for what is not JSON, no resource, or not of the type (and, for an update, the id) of the URL; 422
 * for what is no valid resource, with one issue a fault.
 */
export function resourceBody(request: FhirRequest): JsonDocument {
  if (request.document) return request.document;
  const document = jsonDocument(request.body ?? new Uint8Array());
  checkResource(request, document.value);
  return document;
}

/** The same for a resource that has been parsed. @throws FhirError 400 or 422. */
export function checkResource(request: FhirRequest, resource: JsonValue): void {
  if (!isObject(resource) || typeof resource.resourceType !== 'string') {
    throw badRequest('The body is no FHIR resource: an object with a resourceType is needed', 'structure');
  }
  if (resource.resourceType !== request.type) {
    throw badRequest(`The body is not of type ${request.type}, as the URL says`);
  }
  if (request.id !== undefined && resource.id !== request.id) {
    throw badRequest('The id in the body is not the id in the URL');
  }
  const errors = validate(request.type, resource);
  if (errors.length > 0) throw unprocessable(errors);
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
    throw badRequest(`The body is no JSON that can be taken: ${error.message}`, 'structure');
  }
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
