import type { StoredBlob } from '#libs/blob';
import { BrokenSeal, seal, unseal } from '../keys/seal.js';
import type { VersionName } from '../stored-version.js';

const HASH = 32;
const LENGTH = 3 * HASH + 8;

/** What opens a version's blob, under the version's own data key: whoever destroys that has destroyed the content. */
export function sealBlob({ address, key, size, sha256 }: StoredBlob, name: VersionName, dataKey: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(size));
  return seal(dataKey, about(name), Buffer.concat([address, key, sha256, length]));
}

/** @throws BrokenSeal when it is not what was stored for this version. */
export function openBlob(sealed: Uint8Array, name: VersionName, dataKey: Uint8Array): StoredBlob {
  const open = unseal(dataKey, about(name), sealed);
  if (open.length !== LENGTH) throw new BrokenSeal();
  const hash = (index: number) => open.subarray(index * HASH, (index + 1) * HASH);
  return { address: hash(0), key: hash(1), sha256: hash(2), size: Number(open.readBigUInt64BE(3 * HASH)) };
}

function about({ type, id, version }: VersionName): string {
  return `holdfast blob ${type}/${id}/${version}`;
}
