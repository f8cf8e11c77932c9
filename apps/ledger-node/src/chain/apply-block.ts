import { type Block, blockFlags, headerHash } from '#libs/fabric-block';
import type { Derived } from '../derived/derived.js';
import type { BlockPlace } from './block-file.js';
import type { Effects } from './replay.js';

export function applyBlock(derived: Derived, block: Block, effects: Effects, place: BlockPlace): void {
  const { number } = block;
  const rest = { headerHash: headerHash(block), flags: blockFlags(block) };
  derived.apply({ number, place, ...effects, ...rest });
}
