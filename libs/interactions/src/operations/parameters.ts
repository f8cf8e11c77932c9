// FHIR R4 operations.html#request: parameters in the query of a GET or in the Parameters resource of a POST.
import type { JsonObject, JsonValue } from '#libs/fhir-json';
import { badRequest, unprocessable } from '#libs/fhir-model';
import { validate } from '#libs/validation';
import type { FhirRequest } from '../fhir-request.js';
import { isObject, jsonDocument } from '../resource-body.js';

/** Values by name, in the order given. */
export type OperationParameters = ReadonlyMap<string, readonly JsonValue[]>;

const ABOUT_ANSWER = new Set(['_format', '_pretty', '_summary', '_elements']);

/**
 * The parameters of an operation; from a query all are texts. `known` are the names it takes.
 * @throws FhirError 400 naming what is not known or malformed, 422 for a body that is no valid Parameters.
 */
export function operationParameters(request: FhirRequest, known: readonly string[]): OperationParameters {
  const pairs: (readonly [string, JsonValue])[] = [
    ...request.query.filter(([name]) => !ABOUT_ANSWER.has(name)),
    ...bodyPairs(request.body),
  ];
  const unknown = pairs.find(([name]) => !known.includes(name));
  if (unknown) throw badRequest(`The parameter ${unknown[0].slice(0, 64)} is not known here`, 'not-supported');
  const values = new Map<string, JsonValue[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  return values;
}

function bodyPairs(body: Uint8Array | undefined): [string, JsonValue][] {
  if (body === undefined || body.length === 0) return [];
  const { value } = jsonDocument(body);
  if (!isObject(value) || value.resourceType !== 'Parameters')
    throw badRequest('The body must be Parameters', 'structure');
  const faults = validate('Parameters', value);
  if (faults.length > 0) throw unprocessable(faults);
  return (value.parameter as JsonObject[] | undefined)?.map(pair) ?? [];
}

function pair(parameter: JsonObject): [string, JsonValue] {
  const [, value] = Object.entries(parameter).find(([name]) => name.startsWith('value') || name === 'resource') ?? [];
  if (value === undefined) throw badRequest(`The parameter ${parameter.name as string} has no value`);
  return [parameter.name as string, value];
}

/** Name and text of each value, for a search, a link or the record. */
export function textPairs(parameters: OperationParameters): [string, string][] {
  return [...parameters].flatMap(([name, values]) => values.map((value): [string, string] => [name, plainText(value)]));
}

function plainText(value: JsonValue): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The same with each Reference as a search takes it. @throws FhirError 400 for what is neither simple nor such a Reference. */
export function referencesAsTexts(parameters: OperationParameters): OperationParameters {
  return new Map([...parameters].map(([name, values]) => [name, values.map((value) => referenceAsText(name, value))]));
}

function referenceAsText(name: string, value: JsonValue): JsonValue {
  if (typeof value !== 'object') return value;
  if (!isObject(value) || typeof value.reference !== 'string')
    throw badRequest(`The parameter ${name} is a text or a Reference with a reference`, 'value');
  return value.reference.replace(/[\\,|$]/g, String.raw`\$&`);
}

/** The one value of a parameter, as text. @throws FhirError 400 for several, or for what is no text, number or boolean. */
export function oneText(parameters: OperationParameters, name: string): string | undefined {
  const [value, ...more] = parameters.get(name) ?? [];
  if (value === undefined) return undefined;
  if (more.length > 0 || typeof value === 'object') throw badRequest(`The parameter ${name} takes one value`, 'value');
  return String(value);
}

/** All values as texts, those joined by comma apart. */
export function manyTexts(parameters: OperationParameters, name: string): string[] {
  return (parameters.get(name) ?? []).flatMap((value) => (typeof value === 'object' ? [] : String(value).split(',')));
}

/** @throws FhirError 400 for anything but a whole number from 1 to `most`. */
export function oneCount(parameters: OperationParameters, name: string, most: number): number | undefined {
  const text = oneText(parameters, name);
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw badRequest(`The parameter ${name} is a whole number above 0`, 'value');
  return Math.min(Number(text), most);
}

/** A Parameters resource with one value called `return`. */
export function returned(type: string, value: JsonValue): string {
  return JSON.stringify({ resourceType: 'Parameters', parameter: [{ name: 'return', [`value${type}`]: value }] });
}
