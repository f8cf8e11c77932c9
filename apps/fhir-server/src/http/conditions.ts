// FHIR R4 http.html#concurrency and RFC 9110 section 13: If-Match, If-Modified-Since and Prefer.
import { badRequest } from '#libs/fhir-model';
import { type Preference, taggedVersion } from '#libs/interactions';

/**
 * The version that If-Match demands, undefined without the header.
 * @throws FhirError 400 for anything but one entity tag: `*` and lists have no meaning for a FHIR version.
 */
export function ifMatch(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const version = taggedVersion(header);
  if (version === undefined) throw badRequest('If-Match must be one entity tag such as W/"3".');
  return version;
}

/** If-Modified-Since in milliseconds since 1970; what is no HTTP date does not count (RFC 9110 section 13.1.3). */
export function ifModifiedSince(header: string | undefined): number | undefined {
  const time = header === undefined ? Number.NaN : Date.parse(header);
  return Number.isNaN(time) ? undefined : time;
}

/** RFC 7240 section 4.1. */
export function prefersAsync(header: string | string[] | undefined): boolean {
  return [header ?? '']
    .flat()
    .some((preferences) => preferences.split(/[,;]/).some((one) => one.trim().toLowerCase() === 'respond-async'));
}

/** What Prefer asks for; what it does not say, or says in other words, is the default. */
export function preference(header: string | undefined): Preference {
  const wanted = header ?? '';
  const form = /(?:^|[,;\s])[Rr]eturn\s*=\s*"?(minimal|representation|OperationOutcome)\b/.exec(wanted)?.[1];
  const handling = /(?:^|[,;\s])[Hh]andling\s*=\s*"?(strict|lenient)\b/.exec(wanted)?.[1];
  return {
    ...(form === undefined ? {} : { return: form as NonNullable<Preference['return']> }),
    ...(handling === undefined ? {} : { handling: handling as NonNullable<Preference['handling']> }),
  };
}
