// RFC 6962 section 2.1, word for word and slow: what the fast code is compared with
import { EMPTY_ROOT, leafHash, nodeHash } from '../src/index.js';

function split(n: number): number {
  return 2 ** Math.ceil(Math.log2(n) - 1);
}

/** MTH(D[n]). */
export function plainRoot(leaves: Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leafHash(leaves[0]!);
  const k = split(leaves.length);
  return nodeHash(plainRoot(leaves.slice(0, k)), plainRoot(leaves.slice(k)));
}

/** PATH(m, D[n]). */
export function plainPath(m: number, leaves: Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  if (m < k) return [...plainPath(m, leaves.slice(0, k)), plainRoot(leaves.slice(k))];
  return [...plainPath(m - k, leaves.slice(k)), plainRoot(leaves.slice(0, k))];
}

/** SUBPROOF(m, D[n], b). */
export function plainProof(m: number, leaves: Buffer[], complete = true): Buffer[] {
  if (m === leaves.length) return complete ? [] : [plainRoot(leaves)];
  const k = split(leaves.length);
  if (m <= k) return [...plainProof(m, leaves.slice(0, k), complete), plainRoot(leaves.slice(k))];
  return [...plainProof(m - k, leaves.slice(k), false), plainRoot(leaves.slice(0, k))];
}
