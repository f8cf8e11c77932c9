import { promisify } from 'node:util';
import { deflateRaw, deflateRawSync, inflateRaw, inflateRawSync } from 'node:zlib';
import type { VersionName } from '../stored-version.js';
import { seal, unseal } from './seal.js';

/** Nothing that was ever taken in is larger; what inflates beyond it is not ours. */
const LARGEST = 256 * 1024 * 1024;

/** From here on compressing holds up the event loop for longer than handing it to another thread costs. */
const IN_THREAD = 64 * 1024;

/** The bytes of a version as they are kept: deflated, then encrypted, and bound to type, id and version. */
export async function sealContent(bytes: Uint8Array, name: VersionName, dataKey: Uint8Array): Promise<Buffer> {
  const small = bytes.length < IN_THREAD;
  return seal(dataKey, about(name), small ? deflateRawSync(bytes, { level: 3 }) : await promisify(deflateRaw)(bytes));
}

/** @throws BrokenSeal when these are not the bytes that were stored for this version. */
export async function openContent(sealed: Uint8Array, name: VersionName, dataKey: Uint8Array): Promise<Buffer> {
  const deflated = unseal(dataKey, about(name), sealed);
  const options = { maxOutputLength: LARGEST };
  return deflated.length < IN_THREAD ? inflateRawSync(deflated, options) : promisify(inflateRaw)(deflated, options);
}

function about({ type, id, version }: VersionName): string {
  return `holdfast content ${type}/${id}/${version}`;
}
