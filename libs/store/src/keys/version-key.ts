import { freshBytes } from '#libs/evidence';
import type { VersionName } from '../stored-version.js';
import { type Key, seal, unseal } from './seal.js';

/** The two keys of one version, fresh with it. */
export interface VersionKey {
  /** Encrypts the content. */
  readonly data: Buffer;
  /** Opens the content commitment. */
  readonly commitment: Buffer;
}

export function freshVersionKey(): VersionKey {
  return split(freshBytes(64));
}

/** `wrapping` is the patient's key, or the key for versions that belong to no single patient. */
export function wrapVersionKey({ data, commitment }: VersionKey, name: VersionName, wrapping: Key): Buffer {
  return seal(wrapping, about(name), Buffer.concat([data, commitment]));
}

/** @throws BrokenSeal when the wrapped key is not the one of this version. */
export function unwrapVersionKey(wrapped: Uint8Array, name: VersionName, wrapping: Key): VersionKey {
  return split(unseal(wrapping, about(name), wrapped));
}

function about({ type, id, version }: VersionName): string {
  return `holdfast version key ${type}/${id}/${version}`;
}

function split(bytes: Buffer): VersionKey {
  return { data: bytes.subarray(0, 32), commitment: bytes.subarray(32, 64) };
}
