import { createHash } from 'node:crypto';
import { BrokenBlob, MissingBlob, namedContent, readContent } from '#libs/blob';
import { parse } from '#libs/fhir-json';
import type { StoredVersion } from '#libs/store';
import type { Services } from '../services.js';

/**
 * What is wrong with the content of a version that is kept outside the database; undefined where it is what the version's own
 * bytes, and so its commitment, name. Reads all of it.
 */
export async function contentFault(
  { blobs }: Services,
  { blob, bytes }: StoredVersion,
): Promise<'altered' | 'missing' | undefined> {
  if (blob === undefined) return undefined;
  if (blobs === undefined) return 'missing';
  const hash = createHash('sha256');
  try {
    for await (const piece of readContent(blobs, blob)) hash.update(piece);
  } catch (error) {
    if (error instanceof MissingBlob) return 'missing';
    if (error instanceof BrokenBlob) return 'altered';
    throw error;
  }
  return namedContent(parse(bytes).value)?.sha256.equals(hash.digest()) ? undefined : 'altered';
}
