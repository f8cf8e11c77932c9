// C2SP tlog-tiles: 256 hashes a tile; a tile of level L holds hashes of the tree's level 8 * L
import { type CompactRange, foldNodes } from './compact-range.js';
import { HASH_SIZE, pairHashes } from './hash.js';
import type { NodeId } from './tree-shape.js';

/** Hashes in a full tile. */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

/** Which tile: `level` counts tiles, not tree levels; `index` is its place from the left. */
export interface TileId {
  level: number;
  index: number;
}

export interface Tile extends TileId {
  /** 32 bytes each; the rightmost tile of a level has fewer than 256. */
  hashes: Buffer;
}

interface TileRange {
  tile: TileId;
  from: number;
  count: number;
}

function place({ level, index }: NodeId): TileRange {
  const count = 2 ** (level % TILE_HEIGHT);
  const first = index * count;
  return {
    tile: { level: Math.floor(level / TILE_HEIGHT), index: Math.floor(first / TILE_WIDTH) },
    from: first % TILE_WIDTH,
    count,
  };
}

/** The tile in which the hash of `node` is found, directly or by hashing its neighbours together. */
export function tileOf(node: NodeId): TileId {
  return place(node).tile;
}

/** The hash of `node`, taken from the bytes of its tile. Throws RangeError when the tile does not reach that far. */
export function nodeFromTile(node: NodeId, hashes: Uint8Array): Buffer {
  const { from, count } = place(node);
  if (hashes.length < (from + count) * HASH_SIZE) throw new RangeError('the tile does not hold this node yet');
  return perfectRoot(hashes.subarray(from * HASH_SIZE, (from + count) * HASH_SIZE));
}

function perfectRoot(hashes: Uint8Array): Buffer {
  let row = hashes;
  while (row.length > HASH_SIZE) row = pairHashes(row);
  return Buffer.from(row);
}

/** The rightmost tiles that appending to a tree of `size` leaves will extend: one per level, partial ones only. */
export function edgeTiles(size: number): TileId[] {
  const tiles: TileId[] = [];
  for (let level = 0, entries = size; entries > 0; level += 1, entries = Math.floor(entries / TILE_WIDTH)) {
    if (entries % TILE_WIDTH > 0) tiles.push({ level, index: Math.floor(entries / TILE_WIDTH) });
  }
  return tiles;
}

/**
 * What leaves add to each level of tiles, the lowest first: the leaf hashes, then the hashes of the tiles that become full, one behind the
 * other.
 */
export type Growth = readonly Uint8Array[];

/** Appends leaf hashes that lie one behind the other to `range`, and gives what they add to the tiles. Throws RangeError for what is no hash. */
export function appendLeaves(range: CompactRange, leaves: Uint8Array): Growth {
  return range.appendAll(leaves).filter((_, level) => level % TILE_HEIGHT === 0);
}

/**
 * Every tile that changes when a tree of `size` leaves grows, whole. `edge` gives the bytes of the tiles named by
 * `edgeTiles(size)`. Throws RangeError when a tile of the edge is missing.
 */
export function appendToTiles(size: number, growth: Growth, edge: (tile: TileId) => Uint8Array | undefined): Tile[] {
  return growth.flatMap((added, level) => extendLevel(level, Math.floor(size / TILE_WIDTH ** level), added, edge));
}

function extendLevel(
  level: number,
  entries: number,
  added: Uint8Array,
  edge: (tile: TileId) => Uint8Array | undefined,
): Tile[] {
  const index = Math.floor(entries / TILE_WIDTH);
  const kept = (entries % TILE_WIDTH) * HASH_SIZE;
  const start = kept === 0 ? Buffer.alloc(0) : edge({ level, index })?.subarray(0, kept);
  if (start?.length !== kept) throw new RangeError(`tile ${level}/${index} is missing or too short`);
  const bytes = Buffer.concat([start, added]);
  const width = TILE_WIDTH * HASH_SIZE;
  return Array.from({ length: Math.ceil(bytes.length / width) }, (_, i) => ({
    level,
    index: index + i,
    hashes: bytes.subarray(i * width, (i + 1) * width),
  }));
}

/** The hashes of a proof whose nodes were selected by `inclusionNodes` or `consistencyNodes`, read from tiles. */
export function proofFromTiles(nodes: readonly NodeId[][], tile: (id: TileId) => Uint8Array | undefined): Buffer[] {
  return nodes.map((fold) =>
    foldNodes(
      fold.map((node) => {
        const id = tileOf(node);
        const hashes = tile(id);
        if (hashes === undefined) throw new RangeError(`tile ${id.level}/${id.index} is missing`);
        return nodeFromTile(node, hashes);
      }),
    ),
  );
}
