// RFC 6962 sections 2.1.1 and 2.1.2, in the common form of draft-ietf-plants-merkle-tree-certs section 4.4:
// that the leaves [start, end) with a known hash are part of a tree of `size` leaves. An inclusion proof is
// the case of one leaf, a consistency proof the case of start = 0.
import { EMPTY_ROOT, HASH_SIZE, nodeHash, sameHash } from './hash.js';
import { coveringNodes, isCount, type NodeId, splitPoint } from './tree-shape.js';

/** Whether [start, end) is a subtree: not backwards, and `start` a multiple of the smallest power of two >= end - start. */
export function isSubtree(start: number, end: number): boolean {
  if (!isCount(start) || !isCount(end) || start > end) return false;
  let width = 1;
  while (width < end - start) width *= 2;
  return start % width === 0;
}

/**
 * The hashes of a proof that [start, end) is part of the tree [0, size), in the order of RFC 6962. Each is given as the
 * perfect subtrees whose fold (`foldNodes`) it is. Throws RangeError when there is no such proof.
 */
export function subtreeProofNodes(start: number, end: number, size: number): NodeId[][] {
  if (!isSubtree(start, end) || !isCount(size) || end > size) throw new RangeError('no such subtree in this tree');
  if (start === end) return [];
  return descend(0, start, end, size, true);
}

function descend(offset: number, start: number, end: number, size: number, known: boolean): NodeId[][] {
  if (start === 0 && end === size) return known ? [] : [coveringNodes(offset, offset + size)];
  const k = splitPoint(size);
  const left = coveringNodes(offset, offset + k);
  if (end <= k) return [...descend(offset, start, end, k, known), coveringNodes(offset + k, offset + size)];
  if (start >= k) return [...descend(offset + k, start - k, end - k, size - k, known), left];
  return [...descend(offset + k, 0, end - k, size - k, false), left];
}

interface Rebuilt {
  subtree: Uint8Array;
  tree: Uint8Array;
}

/** Rebuilds both hashes from the proof, outermost hash last; undefined when the proof is too short. */
function rebuild(
  start: number,
  end: number,
  size: number,
  proof: Uint8Array[],
  known?: Uint8Array,
): Rebuilt | undefined {
  if (start === 0 && end === size) {
    const hash = known ?? proof.pop();
    return hash && { subtree: hash, tree: hash };
  }
  const sibling = proof.pop();
  if (sibling === undefined) return undefined;
  const k = splitPoint(size);
  if (end <= k) {
    const inner = rebuild(start, end, k, proof, known);
    return inner && { subtree: inner.subtree, tree: nodeHash(inner.tree, sibling) };
  }
  const straddles = start < k;
  const inner = rebuild(straddles ? 0 : start - k, end - k, size - k, proof, straddles ? undefined : known);
  if (inner === undefined) return undefined;
  return { subtree: straddles ? nodeHash(sibling, inner.subtree) : inner.subtree, tree: nodeHash(sibling, inner.tree) };
}

/**
 * Whether `proof` shows that the leaves [start, end), with hash `subtree`, are part of the tree of `size` leaves with
 * `root`. The empty subtree is part of every tree, by the empty proof. Never throws: whatever is out of range, too
 * short, too long or of the wrong size is simply not a proof. The caller says where `subtree` and `root` come from.
 */
export function verifySubtree(
  range: { start: number; end: number; size: number },
  subtree: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  const { start, end, size } = range;
  if (!isSubtree(start, end) || !isCount(size) || end > size) return false;
  if (start === end) return proof.length === 0 && sameHash(subtree, EMPTY_ROOT);
  if (proof.some((hash) => hash.length !== HASH_SIZE)) return false;
  const rest = [...proof];
  const rebuilt = rebuild(start, end, size, rest, subtree);
  return (
    rebuilt !== undefined && rest.length === 0 && sameHash(rebuilt.subtree, subtree) && sameHash(rebuilt.tree, root)
  );
}
