// What the block file has, against what derived.db says that it had: by several threads, stretch by stretch
import { closeSync, openSync } from 'node:fs';
import type { BlockPlaces } from '../derived/block-places.js';
import type { BlockPlace } from './block-file.js';
import { FileWindow } from './file-window.js';
import { HEADER_SIZE, isWhole, readHeader } from './frame.js';

/** Blocks of which derived.db has the places. */
export interface KnownBlocks {
  /** Of the block file. */
  path: string;
  height: number;
  places: Pick<BlockPlaces, 'between'>;
}

/** Blocks that a thread takes at once. */
const STRETCH = 256;
/** In what the threads share: the first block that none of them has taken. */
const NEXT = 0;

/** What the threads share that compare the same blocks. */
export function sharedProgress(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/**
 * Compares blocks that no other thread has taken until none is left; false, for whichever thread finds it, when one is not as it was
 * stored. Throws where the file cannot be read.
 */
export function compareBlocks({ path, height, places }: KnownBlocks, progress: Int32Array): boolean {
  const file = openSync(path, 'r');
  try {
    const window = new FileWindow(file);
    for (;;) {
      const first = Atomics.add(progress, NEXT, STRETCH);
      if (first >= height) return true;
      if (!areAsStored(first, Math.min(first + STRETCH, height), places, window)) {
        Atomics.store(progress, NEXT, height);
        return false;
      }
    }
  } finally {
    closeSync(file);
  }
}

function areAsStored(first: number, end: number, places: KnownBlocks['places'], window: FileWindow): boolean {
  // The block before, too: one follows another without a gap.
  const [before] = first === 0 ? [] : places.between(first - 1, first);
  let offset = before === undefined ? 0 : endOf(before);
  let number = first;
  for (const place of places.between(first, end)) {
    if (place.offset !== offset || !isAsStored(place, number, window)) return false;
    offset = endOf(place);
    number += 1;
  }
  return number === end;
}

/** Where the next block is. */
export function endOf({ offset, length }: BlockPlace): number {
  return offset + HEADER_SIZE + length;
}

function isAsStored({ offset, length, checksum }: BlockPlace, number: number, window: FileWindow): boolean {
  const head = window.at(offset, HEADER_SIZE);
  const header = head.length === HEADER_SIZE ? readHeader(head) : undefined;
  if (header?.number !== number || header.length !== length || header.checksum !== checksum) return false;
  const body = window.at(offset + HEADER_SIZE, length);
  return body.length === length && isWhole(body, header);
}
