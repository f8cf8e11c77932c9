// C2SP tlog-tiles: proofs read from tiles equal those of the plain tree
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  appendLeaves,
  appendToTiles,
  CompactRange,
  consistencyNodes,
  edgeTiles,
  inclusionNodes,
  leafHash,
  proofFromTiles,
  type TileId,
} from '../src/index.js';
import { plainPath, plainProof } from './plain-tree.js';

const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => Buffer.from(`leaf ${i}`));
const name = ({ level, index }: TileId) => `${level}/${index}`;

function grow(tiles: Map<string, Buffer>, leaves: Buffer[], from: number, to: number): void {
  const edge = new Map(edgeTiles(from).map((id) => [name(id), tiles.get(name(id))!]));
  const range = CompactRange.of();
  for (const leaf of leaves.slice(0, from)) range.append(leafHash(leaf));
  const growth = appendLeaves(range, Buffer.concat(leaves.slice(from, to).map(leafHash)));
  for (const tile of appendToTiles(from, growth, (id) => edge.get(name(id)))) tiles.set(name(tile), tile.hashes);
}

describe('tiles', () => {
  it('give every inclusion and consistency proof, however the leaves came in', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        (steps, pick) => {
          const total = steps.reduce((sum, step) => sum + step, 0);
          const leaves = leavesOf(total);
          const tiles = new Map<string, Buffer>();
          let size = 0;
          for (const step of steps) {
            grow(tiles, leaves, size, size + step);
            size += step;
          }
          const at = 1 + (pick % total);
          const read = (id: TileId) => tiles.get(name(id));
          const index = pick % at;
          expect(proofFromTiles(inclusionNodes(index, at), read)).toEqual(plainPath(index, leaves.slice(0, at)));
          expect(proofFromTiles(consistencyNodes(at, total), read)).toEqual(plainProof(at, leaves));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('reach a third level after 65,536 leaves', () => {
    const leaves = Array.from({ length: 65_537 }, (_, i) => leafHash(Buffer.from(String(i))));
    const tiles = appendToTiles(0, appendLeaves(CompactRange.of(), Buffer.concat(leaves)), () => undefined);
    expect(tiles.filter((tile) => tile.level === 2)).toHaveLength(1);
    expect(edgeTiles(65_537)).toEqual([
      { level: 0, index: 256 },
      { level: 2, index: 0 },
    ]);
  });

  it('are refused when the edge they continue is missing', () => {
    expect(() => appendToTiles(3, [leafHash(Buffer.of(1))], () => undefined)).toThrow(RangeError);
    expect(() => proofFromTiles(inclusionNodes(0, 4), () => undefined)).toThrow(RangeError);
    expect(() => proofFromTiles(inclusionNodes(0, 4), () => Buffer.alloc(32))).toThrow(RangeError);
  });
});
