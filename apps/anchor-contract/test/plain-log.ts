// RFC 6962 section 2.1, word for word and over all leaves each time: what the contract's compact range must agree with
import { createHash } from 'node:crypto';
import { canonicalJson } from '../src/canonical-json.js';

const sha256 = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** Merkle tree head of leaf hashes. */
export function treeHead(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.of(1), treeHead(leaves.slice(0, split)), treeHead(leaves.slice(split)));
}

export const leafOf = (text: string): Buffer => sha256(Buffer.of(0), Buffer.from(text));

export interface BatchParts {
  site: string;
  first: number;
  size: number;
  leaves: string;
  root: string;
}

/** The batch that puts `added` behind `before`. */
export function batchAfter(
  site: string,
  before: readonly Buffer[],
  added: readonly Buffer[],
  decision = 1,
): BatchParts {
  const all = [...before, ...added];
  return {
    site,
    first: before.length,
    size: all.length,
    leaves: Buffer.concat(added.flatMap((leaf) => [Buffer.of(decision), leaf])).toString('base64'),
    root: treeHead(all).toString('base64'),
  };
}

export const textOf = (batch: object): string => canonicalJson({ ...batch } as never);
