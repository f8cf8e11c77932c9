// FHIR R4 http.html#mime-type: which representation a client asks for, and which it sends.
import { notAcceptable, unsupportedMediaType } from '#libs/fhir-model';

/** What every answer with a FHIR body is sent as. */
export const FHIR_JSON = 'application/fhir+json; charset=utf-8';

const JSON_TYPES = new Set(['application/fhir+json', 'application/json', 'text/json', 'json']);
const WILDCARDS = new Set(['*/*', 'application/*']);

/**
 * Checks that the client takes JSON; `_format` goes before `Accept`.
 * @throws FhirError 406 if it takes nothing that this server can give.
 */
export function negotiate(accept: string | undefined, format: string | null): void {
  const wanted = format ?? accept ?? '*/*';
  const taken = wanted.split(',').some((range) => isJson(range) && !/;\s*q=0(\.0+)?\s*(;|$)/.test(range));
  if (!taken) throw notAcceptable('Only application/fhir+json can be given');
}

/** @throws FhirError 415 if the body is not declared to be FHIR JSON in UTF-8. */
export function requireJson(contentType: string | undefined): void {
  if (contentType === undefined || !isJson(contentType, false) || !isUtf8(contentType)) {
    throw unsupportedMediaType('The body must be application/fhir+json in UTF-8');
  }
}

function isJson(mediaRange: string, wildcards = true): boolean {
  // A `+` that was not escaped in a query arrives as a blank.
  const essence = mediaRange.split(';')[0]?.trim().toLowerCase().replace(' ', '+') ?? '';
  return (JSON_TYPES.has(essence) || (wildcards && WILDCARDS.has(essence))) && isR4(mediaRange);
}

function isR4(mediaRange: string): boolean {
  const version = /;\s*fhirversion=([^;\s]+)/i.exec(mediaRange)?.[1];
  return version === undefined || version === '4.0';
}

function isUtf8(contentType: string): boolean {
  const charset = /;\s*charset="?([^;"\s]+)/i.exec(contentType)?.[1];
  return charset === undefined || charset.toLowerCase() === 'utf-8' || charset.toLowerCase() === 'utf8';
}
