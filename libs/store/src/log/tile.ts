// C2SP tlog-tiles: the tiles of the site's log as rows, and proofs read from them
import {
  appendToTiles,
  consistencyNodes,
  edgeTiles,
  type Growth,
  inclusionNodes,
  type NodeId,
  proofFromTiles,
  type TileId,
  tileOf,
} from '#libs/merkle';
import { byteas } from '../postgres/binary-array.js';
import type { Query } from './query.js';

type TileReader = (id: TileId) => Buffer | undefined;

const name = ({ level, index }: TileId) => `${level}/${index}`;

async function readTiles(query: Query, ids: readonly TileId[]): Promise<TileReader> {
  const rows = await query<{ level: number; index: string; hashes: Buffer }>(
    `SELECT level, index::text, hashes FROM tile
     WHERE (level, index) IN (SELECT * FROM unnest($1::smallint[], $2::bigint[]))`,
    [ids.map((id) => id.level), ids.map((id) => id.index)],
  );
  const tiles = new Map(rows.map((row) => [`${row.level}/${row.index}`, row.hashes]));
  return (id) => tiles.get(name(id));
}

/** Extends the tiles of a tree of `size` leaves. Inside the transaction that anchors the batch. */
export async function appendTiles(query: Query, size: number, growth: Growth): Promise<void> {
  const tiles = appendToTiles(size, growth, await readTiles(query, edgeTiles(size)));
  await query(
    `INSERT INTO tile (level, index, hashes) SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])
     ON CONFLICT (level, index) DO UPDATE SET hashes = excluded.hashes`,
    [tiles.map((tile) => tile.level), tiles.map((tile) => tile.index), byteas(tiles.map((tile) => tile.hashes))],
  );
}

async function proof(query: Query, nodes: readonly NodeId[][]): Promise<Buffer[]> {
  const ids = new Map(nodes.flat().map((node) => [name(tileOf(node)), tileOf(node)]));
  return proofFromTiles(nodes, await readTiles(query, [...ids.values()]));
}

/** The audit path of `leaf` in the tree of `size` leaves. Throws RangeError when the tiles do not reach that far. */
export function inclusionProof(query: Query, leaf: number, size: number): Promise<Buffer[]> {
  return proof(query, inclusionNodes(leaf, size));
}

/** The proof that the tree of `size2` leaves extends that of `size1`. Throws RangeError as above. */
export function consistencyProof(query: Query, size1: number, size2: number): Promise<Buffer[]> {
  return proof(query, consistencyNodes(size1, size2));
}
