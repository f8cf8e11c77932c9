export { fromBase64 } from './base64.js';
export { type Checkpoint, checkpointText, parseCheckpoint } from './checkpoint.js';
export { CompactRange, foldNodes } from './compact-range.js';
export { consistencyNodes, verifyConsistency } from './consistency.js';
export { EMPTY_ROOT, HASH_SIZE, leafHash, nodeHash, sameHash } from './hash.js';
export { inclusionNodes, verifyInclusion } from './inclusion.js';
export { claimsKey, type Note, type NoteSignature, openNote, parseNote, signNote } from './signed-note.js';
export { subtreeProofNodes, verifySubtree } from './subtree-proof.js';
export {
  appendLeaves,
  appendToTiles,
  edgeTiles,
  type Growth,
  nodeFromTile,
  proofFromTiles,
  TILE_WIDTH,
  type Tile,
  type TileId,
  tileOf,
} from './tile.js';
export type { NodeId } from './tree-shape.js';
export { parseVerifierKey, type VerifierKey, verifierKey, verifierKeyText } from './verifier-key.js';
