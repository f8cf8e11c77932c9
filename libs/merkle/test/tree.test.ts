// RFC 6962 section 2.1: heads and proofs against the definition itself
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  CompactRange,
  consistencyNodes,
  EMPTY_ROOT,
  foldNodes,
  inclusionNodes,
  leafHash,
  type NodeId,
  verifyConsistency,
  verifyInclusion,
} from '../src/index.js';
import { plainPath, plainProof, plainRoot } from './plain-tree.js';

const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => Buffer.from(`leaf ${i}`));
const perfect = (leaves: Buffer[]) => (node: NodeId) =>
  plainRoot(leaves.slice(node.index * 2 ** node.level, (node.index + 1) * 2 ** node.level));
const hashes = (nodes: NodeId[][], leaves: Buffer[]) => nodes.map((fold) => foldNodes(fold.map(perfect(leaves))));
const size = fc.integer({ min: 1, max: 300 });
const indexAndSize = size.chain((n) => fc.tuple(fc.integer({ min: 0, max: n - 1 }), fc.constant(n)));

function rangeOf(leaves: Buffer[]): CompactRange {
  const range = CompactRange.of();
  for (const leaf of leaves) range.append(leafHash(leaf));
  return range;
}

describe('a compact range', () => {
  it('has the root of the plain tree for every size to 100', () => {
    const leaves = leavesOf(100);
    const range = CompactRange.of();
    leaves.forEach((leaf, i) => {
      range.append(leafHash(leaf));
      expect(range.root()).toEqual(plainRoot(leaves.slice(0, i + 1)));
    });
  });

  it('goes on from its stored state as if it had never stopped', () => {
    fc.assert(
      fc.property(indexAndSize, ([cut, n]) => {
        const leaves = leavesOf(n);
        const stored = rangeOf(leaves.slice(0, cut));
        const range = CompactRange.of(stored.size, stored.hashes);
        for (const leaf of leaves.slice(cut)) range.append(leafHash(leaf));
        expect(range.root()).toEqual(plainRoot(leaves));
      }),
    );
  });

  it('is the same, however many leaves are appended at once, and tells which subtrees that completes', () => {
    fc.assert(
      fc.property(indexAndSize, fc.nat(), ([cut, n], more) => {
        const leaves = leavesOf(n);
        const range = rangeOf(leaves.slice(0, cut));
        const step = 1 + (more % n);
        for (let from = cut; from < n; from += step) {
          const end = Math.min(n, from + step);
          const grown = range.appendAll(Buffer.concat(leaves.slice(from, end).map(leafHash)));
          for (const [level, hashes] of grown.entries()) {
            const first = Math.floor(from / 2 ** level);
            const found = Array.from({ length: Math.floor(end / 2 ** level) - first }, (_, i) =>
              perfect(leaves)({ level, index: first + i }),
            );
            expect(Buffer.from(hashes)).toEqual(Buffer.concat(found));
          }
        }
        expect([range.size, range.hashes]).toEqual([n, rangeOf(leaves).hashes]);
      }),
    );
    expect(() => CompactRange.of().appendAll(Buffer.alloc(33))).toThrow(RangeError);
  });

  it('is the empty tree of the standard when nothing was appended', () => {
    expect(CompactRange.of().root()).toEqual(EMPTY_ROOT);
    expect(EMPTY_ROOT.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('refuses a stored state that cannot be one', () => {
    expect(() => CompactRange.of(2, [])).toThrow(RangeError);
    expect(() => CompactRange.of(-1, [])).toThrow(RangeError);
    expect(() => CompactRange.of(1, [Buffer.alloc(31)])).toThrow(RangeError);
    expect(() => CompactRange.of().append(Buffer.alloc(33))).toThrow(RangeError);
  });

  it('counts beyond 32 bits', () => {
    const range = CompactRange.of(2 ** 40, [Buffer.alloc(32)]);
    range.append(Buffer.alloc(32, 1));
    expect(range.size).toBe(2 ** 40 + 1);
    expect(range.hashes).toHaveLength(2);
  });
});

describe('an inclusion proof', () => {
  it('is the path of the standard, and verifies', () => {
    fc.assert(
      fc.property(indexAndSize, ([index, n]) => {
        const leaves = leavesOf(n);
        const proof = hashes(inclusionNodes(index, n), leaves);
        expect(proof).toEqual(plainPath(index, leaves));
        expect(verifyInclusion(index, n, leafHash(leaves[index]!), proof, plainRoot(leaves))).toBe(true);
      }),
    );
  });

  it('does not verify with one bit changed anywhere, nor for a neighbour', () => {
    fc.assert(
      fc.property(indexAndSize, fc.nat(), ([index, n], where) => {
        const leaves = leavesOf(n);
        const root = plainRoot(leaves);
        const parts = [leafHash(leaves[index]!), root, ...plainPath(index, leaves)].map((hash) => Buffer.from(hash));
        const part = parts[where % parts.length]!;
        part[where % 32]! ^= 1 << (where % 8);
        const [leaf, head, ...proof] = parts;
        expect(verifyInclusion(index, n, leaf!, proof, head!)).toBe(false);
        expect(verifyInclusion(index + 1, n, leafHash(leaves[index]!), plainPath(index, leaves), root)).toBe(false);
      }),
    );
  });

  it('does not exist outside the tree', () => {
    expect(() => inclusionNodes(5, 5)).toThrow(RangeError);
    expect(() => inclusionNodes(-1, 5)).toThrow(RangeError);
    expect(() => inclusionNodes(0.5, 5)).toThrow(RangeError);
    expect(verifyInclusion(Number.NaN, 5, EMPTY_ROOT, [], EMPTY_ROOT)).toBe(false);
  });
});

describe('a consistency proof', () => {
  it('is the proof of the standard, and verifies', () => {
    fc.assert(
      fc.property(size, size, (a, b) => {
        const [size1, size2] = a < b ? [a, b] : [b, a];
        const leaves = leavesOf(size2);
        const proof = hashes(consistencyNodes(size1, size2), leaves);
        expect(proof).toEqual(plainProof(size1, leaves));
        const roots = [plainRoot(leaves.slice(0, size1)), plainRoot(leaves)] as const;
        expect(verifyConsistency(size1, size2, ...roots, proof)).toBe(true);
        expect(verifyConsistency(size1, size2, leafHash(roots[0]), roots[1], proof)).toBe(false);
        expect(verifyConsistency(size1, size2, ...roots, [...proof, roots[0]])).toBe(false);
      }),
    );
  });

  it('is empty from the empty tree, whatever follows', () => {
    expect(consistencyNodes(0, 9)).toEqual([]);
    expect(verifyConsistency(0, 9, EMPTY_ROOT, plainRoot(leavesOf(9)), [])).toBe(true);
    expect(verifyConsistency(0, 9, plainRoot(leavesOf(9)), plainRoot(leavesOf(9)), [])).toBe(false);
  });

  it('never leads to a smaller tree', () => {
    expect(() => consistencyNodes(9, 8)).toThrow(RangeError);
  });
});
