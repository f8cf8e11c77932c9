// FHIR R4, section 3.1.0.1 "read".
import { createHash } from 'node:crypto';
import { contentDigest, isOpenContent } from './content-digest.js';
import type { Answer, FhirConnection } from './fhir-connection.js';
import { refusalText, type Stored, versionOf } from './store-resource.js';

/** Whether the server's event list has a denial of reading this resource. */
export type DenialOnRecord = (type: string, id: string) => Promise<boolean>;

/**
 * Equal to what was sent (but where the server puts references into it, as in a transaction), with the SHA-256 (hex) of the bytes that were read; withheld by a Consent whose denial is on
 * record; or what is wrong.
 */
export type ReadBack = { sha256: string } | { withheld: true } | { reason: string };

/** Reads a stored resource and holds it against the digest of what was sent. */
export async function readBack(
  connection: FhirConnection,
  stored: Stored,
  denialOnRecord: DenialOnRecord,
): Promise<ReadBack> {
  const answer = await connection.send({ method: 'GET', path: `/${stored.type}/${stored.id}` });
  if (answer.status === 200) return compared(answer, stored);
  if (answer.status !== 404) return wrong(`read: ${refusalText(answer)}`);
  if (await denialOnRecord(stored.type, stored.id)) return { withheld: true };
  return wrong('stored, but not found, and no denial is on record');
}

function compared(answer: Answer, stored: Stored): ReadBack {
  const resource = read(answer.text);
  if (!resource) return wrong('the answer is no JSON object');
  const { id, meta } = resource;
  if (versionOf(answer) !== stored.version)
    return wrong(`version ${versionOf(answer)} was read, ${stored.version} was stored`);
  if (id !== stored.id || meta?.versionId !== stored.version || meta.lastUpdated === undefined) {
    return wrong('its id or meta is not what the server said');
  }
  return isWhatWasSent(answer.text, stored)
    ? { sha256: createHash('sha256').update(answer.text).digest('hex') }
    : wrong('differs from what was sent');
}

function isWhatWasSent(text: string, { digest, open }: Stored): boolean {
  if (open) return isOpenContent(text, open);
  return digest !== undefined && contentDigest(text) === digest;
}

interface Identified {
  id?: string;
  meta?: { versionId?: string; lastUpdated?: string };
}

function read(text: string): Identified | undefined {
  try {
    return (JSON.parse(text) as Identified | null) ?? undefined;
  } catch {
    return undefined;
  }
}

function wrong(reason: string): ReadBack {
  return { reason };
}
