// FHIR R4 json.html#primitive: what stands in Binary._data in place of content that is kept elsewhere
import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '#libs/fhir-json';
import { unprocessable } from '#libs/fhir-model';
import type { StoredBlob } from './take-in.js';

const SHA256 = 'https://holdfast.dev/fhir/StructureDefinition/content-sha256';
const SIZE = 'https://holdfast.dev/fhir/StructureDefinition/content-size';

/** Content by its size and hash, which the stored bytes of a version name, so that its commitment covers the content. */
export type NamedContent = Pick<StoredBlob, 'sha256' | 'size'>;

/** The member `_data` of a Binary whose content is kept elsewhere. */
export function dataElement({ sha256, size }: NamedContent): JsonObject {
  return {
    extension: [
      { url: SHA256, valueBase64Binary: sha256.toString('base64') },
      { url: SIZE, valueDecimal: size },
    ],
  };
}

/** The content that a Binary names so; undefined where it names none. */
export function namedContent(resource: JsonValue): NamedContent | undefined {
  const named = isObject(resource) && isObject(resource._data) ? resource._data.extension : undefined;
  const extensions = Array.isArray(named) ? named.filter(isObject) : [];
  const sha256 = extensions.find(({ url }) => url === SHA256)?.valueBase64Binary;
  if (typeof sha256 !== 'string') return undefined;
  const size = extensions.find(({ url }) => url === SIZE)?.valueDecimal;
  return { sha256: Buffer.from(sha256, 'base64'), size: typeof size === 'number' ? size : -1 };
}

/**
 * The content that a new version goes on to name without having it: that of the version before, or it is refused. A Binary
 * with data of its own may name that.
 * @throws FhirError 422.
 */
export function goesOn(resource: JsonValue, before: StoredBlob | undefined): StoredBlob | undefined {
  const named = namedContent(resource);
  if (named === undefined) return undefined;
  const data = isObject(resource) ? resource.data : undefined;
  if (typeof data === 'string') {
    const bytes = Buffer.from(data, 'base64');
    if (!isSame(named, { size: bytes.length, sha256: createHash('sha256').update(bytes).digest() })) throw foreign();
    return undefined;
  }
  if (before === undefined || !isSame(named, before)) throw foreign();
  return before;
}

function isSame(one: NamedContent, other: NamedContent): boolean {
  return one.size === other.size && one.sha256.equals(other.sha256);
}

function foreign() {
  const diagnostics = 'Binary.data names content by its hash that is not the content of this Binary';
  return unprocessable([{ severity: 'error', code: 'value', diagnostics, expression: ['Binary.data.extension'] }]);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
