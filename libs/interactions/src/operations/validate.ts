// FHIR R4 resource-operation-validate.html: [type]/$validate and [type]/[id]/$validate
import type { JsonObject, JsonValue } from '#libs/fhir-json';
import { badRequest, type Issue, operationOutcome } from '#libs/fhir-model';
import { type ValidationOptions, validateResource } from '#libs/validation';
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import { granted } from '../grant.js';
import { recordRequest } from '../record.js';
import { isObject, jsonDocument, sourceOf } from '../resource-body.js';
import type { Services } from '../services.js';
import { validationOptions, worded } from '../validity.js';

const MODES = ['create', 'update', 'delete', 'profile'] as const;
const ABOUT_ANSWER = new Set(['_format', '_pretty']);
const VALID: Issue = { severity: 'information', code: 'informational', details: 'the resource is valid' };
const DELETABLE: Issue = { ...VALID, details: 'nothing about a resource is checked before it is deleted' };

type Options = Pick<ValidationOptions, 'mode' | 'profiles' | 'source' | 'sourceAt'>;

/** What the body or the query says under one name; a resource with where it is in the body. */
interface Given {
  readonly name: string;
  readonly value: JsonValue;
  readonly at?: string;
}

/**
 * An OperationOutcome of what is wrong with the resource in the body, bare or as a parameter; nothing is stored. It is 200
 * whatever is found. @throws FhirError 400 for a body or a parameter that is not understood, 403 without a scope to create.
 */
export async function validateBody(services: Services, request: FhirRequest): Promise<Answer> {
  const { resource, ...options } = asked(request);
  await granted(services, request, 'create');
  const issues: Issue[] =
    resource === undefined
      ? [DELETABLE]
      : validateResource(resource, { ...validationOptions(services, request), ...options }).map(worded);
  await recordRequest(services, request, { action: '$validate', decision: 'permit', outcome: 200 });
  const body = JSON.stringify(operationOutcome(issues.length === 0 ? [VALID] : issues));
  return { status: 200, headers: {}, body };
}

/** No resource is needed only where one is to be deleted. */
function asked(request: FhirRequest): Options & { resource?: JsonObject } {
  const given = [...inQuery(request), ...inBody(request)];
  const options = optionsOf(given);
  const found = given.find(({ name }) => name === 'resource');
  if (!found && options.mode === 'delete') return options;
  if (!isObject(found?.value))
    throw badRequest('$validate needs a resource, as the body or as the parameter resource', 'required');
  if (found.value.resourceType !== request.type)
    throw badRequest(`The resource is not of type ${request.type}, as the URL says`);
  const source = sourceOf(request);
  const place = source ? { source: source.text, sourceAt: source.at + (found.at ?? '') } : {};
  return { resource: found.value, ...options, ...place };
}

function inQuery({ query }: FhirRequest): Given[] {
  return query.filter(([name]) => !ABOUT_ANSWER.has(name)).map(([name, value]) => ({ name, value }));
}

/** The parameters in a Parameters resource; any other body is the resource. */
function inBody({ body, type }: FhirRequest): Given[] {
  if (body === undefined || body.length === 0) return [];
  const { value } = jsonDocument(body);
  if (!isObject(value) || value.resourceType !== 'Parameters' || type === 'Parameters')
    return [{ name: 'resource', value }];
  const { parameter } = value;
  return Array.isArray(parameter)
    ? parameter.flatMap((one, index) => (isObject(one) ? [parameterOf(one, index)] : []))
    : [];
}

function parameterOf({ name, resource, ...value }: JsonObject, index: number): Given {
  const given = resource ?? value.valueCode ?? value.valueUri ?? value.valueCanonical ?? null;
  return { name: typeof name === 'string' ? name : '', value: given, at: `/parameter/${index}/resource` };
}

function optionsOf(given: readonly Given[]): Pick<Options, 'mode' | 'profiles'> {
  const texts = (wanted: string) =>
    given.filter(({ name }) => name === wanted).map(({ value }) => (typeof value === 'string' ? value : ''));
  const unknown = given.find(({ name }) => !['resource', 'mode', 'profile'].includes(name));
  if (unknown) throw badRequest(`The parameter ${unknown.name.slice(0, 64)} is not known here`, 'not-supported');
  const [text, ...more] = texts('mode');
  const mode = MODES.find((one) => one === text);
  if (more.length > 0 || (text !== undefined && mode === undefined))
    throw badRequest(`mode is one of ${MODES.join(', ')}`, 'value');
  return { profiles: texts('profile'), ...(mode === undefined ? {} : { mode }) };
}
