// RFC 6962 section 2.1: the tree head from the perfect subtrees on the right edge alone (a "compact range" from leaf 0)
import { EMPTY_ROOT, HASH_SIZE, nodeHash, pairHashes } from './hash.js';
import { isCount } from './tree-shape.js';

/** The hash of neighbouring perfect subtrees, largest first: folded from the right. One hash is its own fold. */
export function foldNodes(hashes: readonly Uint8Array[]): Buffer {
  const last = hashes.at(-1);
  if (last === undefined) return EMPTY_ROOT;
  return hashes.slice(0, -1).reduceRight<Buffer>((right, left) => nodeHash(left, right), Buffer.from(last));
}

function countOfOnes(n: number): number {
  let ones = 0;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}

/**
 * What must be kept of an append-only tree in order to append to it and to know its root: `size` and the hashes of the
 * perfect subtrees it consists of, largest first (as many as `size` has bits set).
 */
export class CompactRange {
  private constructor(
    private leaves: number,
    private readonly nodes: Buffer[],
  ) {}

  /** The range stored as `size` and `hashes`. Throws RangeError when they do not fit each other. */
  static of(size = 0, hashes: readonly Uint8Array[] = []): CompactRange {
    if (!isCount(size)) throw new RangeError('tree size is not a whole number');
    if (hashes.length !== countOfOnes(size)) throw new RangeError('a tree of this size has another number of subtrees');
    if (hashes.some((hash) => hash.length !== HASH_SIZE)) throw new RangeError('a hash has 32 bytes');
    return new CompactRange(
      size,
      hashes.map((hash) => Buffer.from(hash)),
    );
  }

  get size(): number {
    return this.leaves;
  }

  get hashes(): readonly Buffer[] {
    return this.nodes;
  }

  /** Appends one leaf hash at index `size`. Throws RangeError when it is not 32 bytes or the tree is full (2^53 - 1). */
  append(leaf: Uint8Array): void {
    if (leaf.length !== HASH_SIZE) throw new RangeError('a hash has 32 bytes');
    if (!isCount(this.leaves + 1)) throw new RangeError('the tree is full');
    let node: Buffer = Buffer.from(leaf);
    for (let rest = this.leaves; rest % 2 === 1; rest = (rest - 1) / 2) node = nodeHash(this.nodes.pop()!, node);
    this.nodes.push(node);
    this.leaves += 1;
  }

  /**
   * Appends leaf hashes that lie one behind the other, which is faster than one by one. Gives, level by level from the leaves on, the hashes
   * of the perfect subtrees that came to be. Throws RangeError as above.
   */
  appendAll(leaves: Uint8Array): Uint8Array[] {
    const added = leaves.length / HASH_SIZE;
    if (!Number.isInteger(added)) throw new RangeError('a hash has 32 bytes');
    if (!isCount(this.leaves + added)) throw new RangeError('the tree is full');
    const grown: Uint8Array[] = [];
    const kept: Buffer[] = [];
    let row = leaves;
    for (let at = this.leaves; row.length > 0 || this.nodes.length > 0; at = Math.floor(at / 2)) {
      if (row.length > 0) grown.push(row);
      const hashes = at % 2 === 1 ? Buffer.concat([this.nodes.pop()!, row]) : row;
      if ((hashes.length / HASH_SIZE) % 2 === 1) kept.unshift(Buffer.from(hashes.subarray(-HASH_SIZE)));
      row = pairHashes(hashes);
    }
    this.nodes.push(...kept);
    this.leaves += added;
    return grown;
  }

  /** The tree head: RFC 6962's MTH of all leaves appended so far. */
  root(): Buffer {
    return foldNodes(this.nodes);
  }
}
