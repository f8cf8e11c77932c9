// FHIR R4 http.html#mime-type: which representation a client asks for, and which it sends.
import { LRUCache } from 'lru-cache';
import { FhirError, notAcceptable, unsupportedMediaType } from '#libs/fhir-model';

/** The two representations of a resource. */
export type Format = 'json' | 'xml';

/** What every answer with a FHIR body is sent as. */
export const FHIR_JSON = 'application/fhir+json; charset=utf-8';
export const FHIR_XML = 'application/fhir+xml; charset=utf-8';

const FORMATS: Readonly<Record<string, Format>> = {
  'application/fhir+json': 'json',
  'application/json': 'json',
  'text/json': 'json',
  json: 'json',
  'application/fhir+xml': 'xml',
  'application/xml': 'xml',
  'text/xml': 'xml',
  xml: 'xml',
};
const WILDCARDS = new Set(['*/*', 'application/*']);
const JSON_PATCH = 'application/json-patch+json';

/** One media range of Accept. */
interface Range {
  readonly essence: string;
  readonly weight: number;
  /** Absent for what is none of ours. */
  readonly format?: Format;
}

/**
 * The representation that the client would rather have; `_format` goes before `Accept`, and what takes anything gets JSON.
 * @throws FhirError 406 if it takes nothing that this server can give.
 */
export function negotiate(accept: string | undefined, format: string | null): Format {
  const [best] = rangesOf(format ?? accept).filter((range) => range.format !== undefined);
  if (best?.format === undefined)
    throw notAcceptable('Only application/fhir+json and application/fhir+xml can be given');
  return best.format;
}

/** Whether the client would rather have the content of a Binary as it is than the resource. */
export function prefersContent(accept: string | undefined, format: string | null): boolean {
  if (format !== null) return false;
  const [best] = rangesOf(accept);
  return best !== undefined && (best.format === undefined || WILDCARDS.has(best.essence));
}

/** The representation of a body. @throws FhirError 415 if it is not declared to be FHIR JSON or XML in UTF-8. */
export function bodyFormat(contentType: string | undefined): Format {
  const format = declaredFormat(contentType);
  if (format === undefined) {
    throw unsupportedMediaType('The body must be application/fhir+json or application/fhir+xml in UTF-8');
  }
  return format;
}

/** The same for a patch, which may be a JSON Patch as well. @throws FhirError 415, saying what is taken. */
export function patchFormat(contentType: string | undefined): Format {
  if (essenceOf(contentType ?? '') === JSON_PATCH && isUtf8(contentType ?? '')) return 'json';
  const format = declaredFormat(contentType);
  if (format !== undefined) return format;
  const accepted = [JSON_PATCH, 'application/fhir+json', 'application/fhir+xml'].join(', ');
  const diagnostics = `A patch is one of ${accepted}, in UTF-8`;
  throw new FhirError(415, { severity: 'error', code: 'not-supported', diagnostics }, { 'Accept-Patch': accepted });
}

/** The representation that a media type names; undefined for what is no representation of a resource of R4. */
export function declaredFormat(contentType: string | undefined): Format | undefined {
  if (contentType === undefined || !isUtf8(contentType)) return undefined;
  const [range] = rangesOf(contentType);
  return range && !WILDCARDS.has(range.essence) ? range.format : undefined;
}

/** Clients send the same header with every request. */
const known = new LRUCache<string, readonly Range[]>({
  max: 500,
  maxSize: 100_000,
  sizeCalculation: (_, header) => header.length + 1,
});

/** The media ranges, the best first. */
function rangesOf(header = '*/*'): readonly Range[] {
  const found = known.get(header);
  if (found !== undefined) return found;
  const ranges = header.split(',').map(rangeOf);
  const best = ranges.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
  known.set(header, best);
  return best;
}

function rangeOf(text: string): Range {
  const essence = essenceOf(text);
  const weight = /;\s*q=([01](?:\.\d{0,3})?)\s*(?:;|$)/i.exec(text)?.[1];
  const format = WILDCARDS.has(essence) ? 'json' : Object.hasOwn(FORMATS, essence) ? FORMATS[essence] : undefined;
  return {
    essence,
    weight: weight === undefined ? 1 : Number(weight),
    ...(format !== undefined && isR4(text) ? { format } : {}),
  };
}

function essenceOf(mediaRange: string): string {
  // A `+` that was not escaped in a query arrives as a blank.
  return mediaRange.split(';')[0]?.trim().toLowerCase().replace(' ', '+') ?? '';
}

function isR4(mediaRange: string): boolean {
  const version = /;\s*fhirversion=([^;\s]+)/i.exec(mediaRange)?.[1];
  return version === undefined || version === '4.0';
}

function isUtf8(contentType: string): boolean {
  const charset = /;\s*charset="?([^;"\s]+)/i.exec(contentType)?.[1];
  return charset === undefined || charset.toLowerCase() === 'utf-8' || charset.toLowerCase() === 'utf8';
}
