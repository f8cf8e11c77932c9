// FHIR R4 http.html#patch: a patch is a JSON Patch, or a Parameters resource; within a Bundle a JSON Patch is in a Binary.
import type { JsonDocument, JsonObject } from '#libs/fhir-json';
import { badRequest, unprocessable } from '#libs/fhir-model';
import { applyFhirPathPatch, applyJsonPatch } from '#libs/fhir-patch';
import { validate } from '#libs/validation';
import type { FhirRequest } from './fhir-request.js';
import { isObject, jsonDocument } from './resource-body.js';

/** The text of a resource, patched. @throws PatchError. */
export type ApplyPatch = (document: JsonDocument) => string;

const JSON_PATCH = 'application/json-patch+json';

/** The patch in the body. @throws FhirError 400 for what is none; 422 for Parameters that are not valid. */
export function patchBody(request: FhirRequest): ApplyPatch {
  const body = jsonDocument(request.body ?? new Uint8Array());
  if (Array.isArray(body.value)) return (document) => applyJsonPatch(document, body);
  const { value } = body;
  if (isObject(value) && value.resourceType === 'Parameters') return fhirPathPatch(body, value);
  if (isObject(value) && value.resourceType === 'Binary') return binaryPatch(value);
  throw badRequest('The body is no patch: a JSON Patch (an array) or a Parameters resource is needed', 'structure');
}

function fhirPathPatch(parameters: JsonDocument, value: JsonObject): ApplyPatch {
  const faults = validate('Parameters', value);
  if (faults.length > 0) throw unprocessable(faults);
  return (document) => applyFhirPathPatch(document, parameters);
}

function binaryPatch({ contentType, data }: JsonObject): ApplyPatch {
  if (contentType !== JSON_PATCH || typeof data !== 'string') {
    throw badRequest(`A Binary that is a patch has the contentType ${JSON_PATCH}, and data`, 'structure');
  }
  const patch = jsonDocument(Buffer.from(data, 'base64'));
  return (document) => applyJsonPatch(document, patch);
}
