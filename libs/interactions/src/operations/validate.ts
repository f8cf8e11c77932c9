// FHIR R4 resource-operation-validate.html: [type]/$validate and [type]/[id]/$validate
import type { JsonObject, JsonValue } from '#libs/fhir-json';
import { badRequest, type Issue, operationOutcome } from '#libs/fhir-model';
import { type ValidationOptions, validateResource } from '#libs/validation';
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import { granted } from '../grant.js';
import { recordRequest } from '../record.js';
import { isObject, jsonDocument } from '../resource-body.js';
import type { Services } from '../services.js';

const MODES = ['create', 'update', 'delete', 'profile'] as const;
const ABOUT_ANSWER = new Set(['_format', '_pretty']);
const VALID: Issue = { severity: 'information', code: 'informational', details: 'the resource is valid' };

type Asked = Pick<ValidationOptions, 'mode' | 'profiles' | 'source'> & { resource: JsonValue };

/**
 * An OperationOutcome of what is wrong with the resource in the body, bare or as a parameter; nothing is stored. It is 200
 * whatever is found. @throws FhirError 400 for a body or a parameter that is not understood, 403 without a scope to create.
 */
export async function validateBody(services: Services, request: FhirRequest): Promise<Answer> {
  const { resource, ...options } = asked(request);
  await granted(services, request, 'create');
  const issues: Issue[] = validateResource(resource, {
    ...options,
    ...(services.definitions ? { definitions: services.definitions } : {}),
    strict: request.preference.handling === 'strict',
  });
  await recordRequest(services, request, { action: '$validate', decision: 'permit', outcome: 200 });
  const body = JSON.stringify(operationOutcome(issues.length === 0 ? [VALID] : issues));
  return { status: 200, headers: {}, body };
}

function asked(request: FhirRequest): Asked {
  const source = request.body ?? new Uint8Array();
  const { value } = jsonDocument(source);
  const query = request.query.filter(([name]) => !ABOUT_ANSWER.has(name));
  const isWrapped = isObject(value) && value.resourceType === 'Parameters' && request.type !== 'Parameters';
  const given = isWrapped ? [...query, ...parametersOf(value)] : query;
  const resource = isWrapped ? given.find(([name]) => name === 'resource')?.[1] : value;
  if (!isObject(resource))
    throw badRequest('$validate needs a resource, as the body or as the parameter resource', 'required');
  if (resource.resourceType !== request.type)
    throw badRequest(`The resource is not of type ${request.type}, as the URL says`);
  return { resource, ...optionsOf(given), ...(isWrapped ? {} : { source }) };
}

function parametersOf(parameters: JsonObject): [string, JsonValue][] {
  const list = Array.isArray(parameters.parameter) ? parameters.parameter.filter(isObject) : [];
  return list.map((one) => [
    typeof one.name === 'string' ? one.name : '',
    one.resource ?? one.valueCode ?? one.valueUri ?? one.valueCanonical ?? null,
  ]);
}

function optionsOf(given: readonly (readonly [string, JsonValue])[]): Pick<Asked, 'mode' | 'profiles'> {
  const texts = (wanted: string) =>
    given.filter(([name]) => name === wanted).map(([, value]) => (typeof value === 'string' ? value : ''));
  const unknown = given.find(([name]) => !['resource', 'mode', 'profile'].includes(name));
  if (unknown) throw badRequest(`The parameter ${unknown[0].slice(0, 64)} is not known here`, 'not-supported');
  const [text, ...more] = texts('mode');
  const mode = MODES.find((one) => one === text);
  if (more.length > 0 || (text !== undefined && mode === undefined))
    throw badRequest(`mode is one of ${MODES.join(', ')}`, 'value');
  return { profiles: texts('profile'), ...(mode === undefined ? {} : { mode }) };
}
