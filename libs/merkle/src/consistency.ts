// RFC 6962 section 2.1.2: Merkle consistency proofs
import { EMPTY_ROOT, HASH_SIZE, sameHash } from './hash.js';
import { subtreeProofNodes, verifySubtree } from './subtree-proof.js';
import { isCount, type NodeId } from './tree-shape.js';

/** The hashes of the proof that the tree of `size2` leaves extends that of `size1`. Nothing is needed from size 0. */
export function consistencyNodes(size1: number, size2: number): NodeId[][] {
  return subtreeProofNodes(0, size1, size2);
}

function isHead(size: number, root: Uint8Array): boolean {
  return isCount(size) && root.length === HASH_SIZE && (size > 0 || sameHash(root, EMPTY_ROOT));
}

/**
 * Whether `proof` shows that the tree (size2, root2) begins with the leaves of (size1, root1). Every tree extends the
 * empty one, with an empty proof. Never throws.
 */
export function verifyConsistency(
  size1: number,
  size2: number,
  root1: Uint8Array,
  root2: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (size1 === 0) return proof.length === 0 && sameHash(root1, EMPTY_ROOT) && isHead(size2, root2);
  return verifySubtree({ start: 0, end: size1, size: size2 }, root1, proof, root2);
}
