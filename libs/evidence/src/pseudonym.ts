// holdfast-evidence/1: keyed names and commitments. The key is fresh for each event, so nothing links two of them
import { timingSafeEqual } from 'node:crypto';
import { EVIDENCE_ALG } from './event-record.js';
import { encodeFields, uint64 } from './field.js';
import type { MacKey } from './mac-key.js';

/** What a pseudonym stands for; it is hashed in, so the same name in two roles gives two pseudonyms. */
export type Role = 'subject' | 'patient' | 'agent' | 'client' | 'consent';

/** A version as a search event commits to it. */
export interface VersionCommitment {
  type: string;
  id: string;
  version: string;
  /** The version's content commitment, 32 bytes. */
  commitment: Uint8Array;
}

/** What a search event commits to. `count` is the number of matches the answer spoke of. */
export interface SearchOpening {
  query: string;
  count: number;
  versions: VersionCommitment[];
}

/** HMAC-SHA-256 under the opening's key over format, role and name, each length-prefixed. */
export function pseudonym(key: MacKey, role: Role, name: string): Buffer {
  return key.mac(encodeFields([EVIDENCE_ALG, role, name]));
}

/** HMAC-SHA-256 under the opening's key over format, `search`, query, count and each version in the order given. */
export function searchCommitment(key: MacKey, search: SearchOpening): Buffer {
  const versions = search.versions.flatMap(({ type, id, version, commitment }) => [type, id, version, commitment]);
  const numbers = [uint64(BigInt(search.count)), uint64(BigInt(search.versions.length))];
  const fields = encodeFields([EVIDENCE_ALG, 'search', search.query, ...numbers, ...versions]);
  return key.mac(fields);
}

/** Whether two commitments are equal, absent ones included, in constant time for what is present. */
export function sameCommitment(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && timingSafeEqual(a, b);
}
