// C2SP tlog-checkpoint: the text that a log signs about its size and root
import { fromBase64 } from './base64.js';
import { HASH_SIZE } from './hash.js';
import { isCount } from './tree-shape.js';

/** A log's statement: at `origin`, the tree of `size` leaves has `root`. `extensions` are further lines, uninterpreted here. */
export interface Checkpoint {
  origin: string;
  size: number;
  root: Buffer;
  extensions: string[];
}

// A line is printable text, so that what is shown is what was signed
const LINE = /^[^\p{Cc}]+$/u;
const DECIMAL = /^(0|[1-9][0-9]{0,15})$/;

/** The text to sign. Throws RangeError when a part cannot stand on a line of its own. */
export function checkpointText(checkpoint: {
  origin: string;
  size: number;
  root: Uint8Array;
  extensions?: readonly string[];
}): string {
  const { origin, size, root, extensions = [] } = checkpoint;
  if (!isCount(size) || root.length !== HASH_SIZE)
    throw new RangeError('a checkpoint has a size and a root of 32 bytes');
  if (![origin, ...extensions].every((line) => LINE.test(line)))
    throw new RangeError('a checkpoint line is printable text');
  return `${[origin, String(size), Buffer.from(root).toString('base64'), ...extensions].join('\n')}\n`;
}

/** Reads such a text; undefined when it is not exactly what `checkpointText` writes. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin = '', size = '', root = '', ...rest] = text.split('\n');
  if (rest.pop() !== '' || !DECIMAL.test(size) || ![origin, ...rest].every((line) => LINE.test(line))) return undefined;
  const hash = fromBase64(root);
  if (hash?.length !== HASH_SIZE || !isCount(Number(size))) return undefined;
  return { origin, size: Number(size), root: hash, extensions: rest };
}
