// RFC 6962 section 2.1.1: Merkle audit paths
import { HASH_SIZE } from './hash.js';
import { subtreeProofNodes, verifySubtree } from './subtree-proof.js';
import type { NodeId } from './tree-shape.js';

/** The hashes of the audit path of leaf `index` in a tree of `size` leaves, each as the perfect subtrees it folds. */
export function inclusionNodes(index: number, size: number): NodeId[][] {
  return subtreeProofNodes(index, index + 1, size);
}

/** Whether `proof` shows that `leaf` (a leaf hash) is at `index` of the tree of `size` leaves with `root`. Never throws. */
export function verifyInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  return leaf.length === HASH_SIZE && verifySubtree({ start: index, end: index + 1, size }, leaf, proof, root);
}
