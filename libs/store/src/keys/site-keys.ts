// RFC 5869: HKDF with SHA-256. RFC 2104: HMAC.
import { hkdfSync } from 'node:crypto';
import type { Hash64 } from '#libs/consent';
import { MacKey } from '#libs/evidence';
import { KnownHashes } from './known-hashes.js';
import type { MasterKey } from './master-key.js';

/** The keys of a site: one for each purpose, all derived from the master key, none of which reveals another. */
export interface SiteKeys {
  siteKey(purpose: string): Buffer;
  readonly hash64: Hash64;
}

export function siteKeys(master: MasterKey): SiteKeys {
  const keys = new Map<string, Buffer>();
  const siteKey = (purpose: string) => {
    const key = keys.get(purpose) ?? derived(master, `site ${purpose}`);
    keys.set(purpose, key);
    return key;
  };
  return { siteKey, hash64: keyedHash(siteKey('index hash')) };
}

/** A 32-byte key for one use of the master key, which itself encrypts and hashes nothing. */
export function derived(master: MasterKey, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', master.bytes, Buffer.alloc(0), `holdfast ${use}`, 32));
}

/** Names of elements, codes, patients and requesters come again and again: so many hashes are kept, and as many again for a while. */
const KEPT = 20_000;
const LONGEST_KEPT = 512;

/** The first 64 bits of HMAC-SHA-256 over the parts, each behind its length, so that ('ab','c') is not ('a','bc'). */
function keyedHash(bytes: Buffer): Hash64 {
  const key = new MacKey(bytes);
  const known = new KnownHashes(KEPT);
  return (...parts) => {
    const found = known.get(parts);
    if (found !== undefined) return found;
    const text = parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('');
    const hash = key.mac(Buffer.from(text)).readBigInt64BE(0);
    if (text.length <= LONGEST_KEPT) known.set(parts, hash);
    return hash;
  };
}
