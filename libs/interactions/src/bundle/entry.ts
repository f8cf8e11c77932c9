// FHIR R4 bundle.html: one entry of a batch or transaction, read and checked.
import { type JsonDocument, type JsonObject, members } from '#libs/fhir-json';
import { badRequest, FhirError, unprocessable } from '#libs/fhir-model';
import { validate } from '#libs/validation';
import { isObject, jsonDocument } from '../resource-body.js';

/** `Bundle.entry.request`. */
export interface EntryRequest {
  readonly method: string;
  readonly url: string;
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
  readonly ifModifiedSince?: string;
  readonly ifNoneExist?: string;
}

export interface Entry {
  readonly fullUrl?: string;
  readonly request: EntryRequest;
  /** The resource as a document of its own: its text is a part of the Bundle's. */
  readonly resource?: JsonDocument;
}

/**
 * Reads the bytes of one entry. The resource in it is not validated yet.
 * @throws FhirError 400 or 422, about this entry.
 */
export function readEntry(bytes: Uint8Array): Entry {
  const document = jsonDocument(bytes);
  const { value } = document;
  if (!isObject(value)) throw badRequest('An entry is an object', 'structure');
  const { resource: _, ...rest } = value;
  const faults = validate('Bundle', { resourceType: 'Bundle', type: 'batch', entry: [rest] });
  if (faults.length > 0) throw unprocessable(faults.map((fault) => ({ ...fault, expression: withoutPlace(fault) })));
  if (!isObject(rest.request)) throw badRequest('An entry of a batch or transaction has a request', 'required');
  const resource = resourceOf(document, value);
  return {
    ...detached({ request: rest.request, ...(rest.fullUrl === undefined ? {} : { fullUrl: rest.fullUrl }) }),
    ...(resource === undefined ? {} : { resource }),
  };
}

/** A copy, because a string that was cut out of a text keeps the whole of it in memory. */
function detached(about: JsonObject): Pick<Entry, 'request' | 'fullUrl'> {
  return JSON.parse(JSON.stringify(about)) as Pick<Entry, 'request' | 'fullUrl'>;
}

/** The resource of an entry that has been read before. */
export function entryResource(bytes: Uint8Array): JsonDocument | undefined {
  const document = jsonDocument(bytes);
  return isObject(document.value) ? resourceOf(document, document.value) : undefined;
}

/** Numbers keep their text, because they are known by the objects that hold them. */
function resourceOf({ text, lexeme }: JsonDocument, entry: JsonObject): JsonDocument | undefined {
  const { resource } = entry;
  if (resource === undefined) return undefined;
  const member = members(text, 0).find(({ name }) => name === 'resource');
  if (member === undefined) return undefined;
  return { text: text.slice(member.start, member.end), value: resource, lexeme };
}

function withoutPlace({ expression = [] }: { expression?: string[] }): string[] {
  return expression.map((path) => path.replace(/^Bundle\.entry\[0\]\.?/, ''));
}

/** The same refusal, with the entry that it is about named in every issue. */
export function atEntry(error: unknown, index: number, inResource = true): unknown {
  if (!(error instanceof FhirError)) return error;
  const place = `Bundle.entry[${index}]`;
  const issues = error.issues.map((issue) => ({
    ...issue,
    ...(issue.details === undefined ? {} : { details: `Entry ${index}: ${issue.details}` }),
    ...(issue.diagnostics === undefined ? {} : { diagnostics: `Entry ${index}: ${issue.diagnostics}` }),
    expression: (issue.expression?.length ? issue.expression : ['']).map((path) => joined(place, path, inResource)),
  }));
  return new FhirError(error.status, issues, error.headers);
}

function joined(place: string, path: string, inResource: boolean): string {
  if (path === '') return place;
  return inResource ? `${place}.resource${path.replace(/^[A-Za-z]+/, '')}` : `${place}.${path}`;
}
