// FHIR R4, section 2.3.0 "Resource References".

/** A reference to a resource on a FHIR server. */
export interface ResourceReference {
  type: string;
  id: string;
  /** From `/_history/[version]`. */
  version?: string;
  /** The server's base without a slash at the end; absent in a relative reference. */
  base?: string;
}

const REFERENCE =
  /^(?:(?<base>https?:\/\/[^\s?#]+)\/)?(?<type>[A-Z][A-Za-z]{1,63})\/(?<id>[A-Za-z0-9\-.]{1,64})(?:\/_history\/(?<version>[A-Za-z0-9\-.]{1,64}))?$/;

/** No base that we would ever compare with is longer. */
const LONGEST = 2048;

/**
 * `Patient/1`, `Patient/1/_history/2`, or either behind an http(s) base. Undefined for all else: `urn:` and fragment
 * references, URLs of no FHIR shape, nonsense. Whether the type exists is not looked at.
 */
export function parseReference(text: string): ResourceReference | undefined {
  if (text.length > LONGEST) return undefined;
  const { type, id, version, base } = REFERENCE.exec(text)?.groups ?? {};
  if (type === undefined || id === undefined) return undefined;
  return { type, id, ...(version === undefined ? {} : { version }), ...(base === undefined ? {} : { base }) };
}

/** The text that {@link parseReference} reads. */
export function referenceText({ type, id, version, base }: ResourceReference): string {
  return `${base === undefined ? '' : `${base}/`}${type}/${id}${version === undefined ? '' : `/_history/${version}`}`;
}

/** `#id` names a resource contained in this one, `#` alone the containing one. */
export function isFragment(text: string): boolean {
  return text.startsWith('#');
}

/** `urn:uuid:` and `urn:oid:` name an entry of the same Bundle. */
export function isUrn(text: string): boolean {
  return /^urn:/i.test(text);
}
