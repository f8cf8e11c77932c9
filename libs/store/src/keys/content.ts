import { promisify } from 'node:util';
import { deflateRaw, deflateRawSync, inflateRaw, inflateRawSync } from 'node:zlib';
import type { VersionName } from '../stored-version.js';
import { seal, unseal } from './seal.js';
import { bytesOfBlock, storedBlock } from './stored-block.js';

/** Nothing that was ever taken in is larger; what inflates beyond it is not ours. */
const LARGEST = 256 * 1024 * 1024;

/**
 * Up to here a version has room in its row as it is. Compressing it would save no page, and cost time both ways:
 * each compressor is memory outside the heap, for which the garbage collector looks through all that is inside.
 */
const AS_IT_IS = 1536;

/** From here on compressing holds up the event loop for longer than handing it to another thread costs. */
const IN_THREAD = 64 * 1024;

/** The bytes of a version as they are kept: deflated, then encrypted, and bound to type, id and version. */
export async function sealContent(bytes: Uint8Array, name: VersionName, dataKey: Uint8Array): Promise<Buffer> {
  return seal(dataKey, about(name), bytes.length < IN_THREAD ? deflated(bytes) : await promisify(deflateRaw)(bytes));
}

function deflated(bytes: Uint8Array): Buffer {
  return bytes.length <= AS_IT_IS ? storedBlock(bytes) : deflateRawSync(bytes, { level: 3 });
}

/** @throws BrokenSeal when these are not the bytes that were stored for this version. */
export async function openContent(sealed: Uint8Array, name: VersionName, dataKey: Uint8Array): Promise<Buffer> {
  const stream = unseal(dataKey, about(name), sealed);
  const options = { maxOutputLength: LARGEST };
  if (stream.length >= IN_THREAD) return promisify(inflateRaw)(stream, options);
  return bytesOfBlock(stream) ?? inflateRawSync(stream, options);
}

function about({ type, id, version }: VersionName): string {
  return `holdfast content ${type}/${id}/${version}`;
}
