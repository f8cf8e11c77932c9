// RFC 6962 section 2.1: where a tree of n leaves splits, and which perfect subtrees cover a range

/** A perfect subtree: it covers the leaves [index * 2^level, (index + 1) * 2^level). Level 0 is the leaves. */
export interface NodeId {
  level: number;
  index: number;
}

/** Whether `n` can be a tree size or leaf index: a whole number from 0 to 2^53 - 1. */
export function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

/** The largest power of two smaller than `n` (n >= 2): the size of the left subtree. */
export function splitPoint(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/**
 * The perfect subtrees that cover the leaves [start, end) from left to right. Their hashes, folded from the right
 * (`foldNodes`), are the hash of that range. `start` must be a multiple of the smallest power of two >= end - start.
 */
export function coveringNodes(start: number, end: number): NodeId[] {
  const nodes: NodeId[] = [];
  let from = start;
  while (from < end) {
    let level = 0;
    let width = 1;
    while (width * 2 <= end - from) {
      width *= 2;
      level += 1;
    }
    nodes.push({ level, index: from / width });
    from += width;
  }
  return nodes;
}
