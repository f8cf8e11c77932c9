// Hyperledger Fabric 3.1: blocks recorded from a real network, judged again from their genesis block alone
import { describe, expect, test } from '@jest/globals';
import { blockCommitHash, blockFlags, channelConfig, commitHash, decodeEnvelope, validateBlock } from '../src/index.js';
import { recording } from './recorded-blocks.js';
import { SortedState } from './sorted-state.js';

describe.each(['sequential', 'mixed'] as const)('the recorded blocks "%s"', (name) => {
  test('get the flags and the COMMIT_HASH that the real peer gave them', () => {
    const { blocks } = recording(name);
    const config = channelConfig(blocks[0]!);
    const state = new SortedState();
    const known = new Set<string>();
    let previous: Uint8Array | undefined;
    for (const block of blocks.slice(1)) {
      const context = { config, state, hasTransaction: (txId: string) => known.has(txId) };
      const { flags, updates } = validateBlock(block.number, block.data, context);
      expect([block.number, [...flags]]).toEqual([block.number, [...blockFlags(block)]]);
      previous = commitHash(flags, updates, previous);
      expect(Buffer.from(previous)).toEqual(Buffer.from(blockCommitHash(block)!));
      state.apply(updates);
      for (const bytes of block.data) known.add(decodeEnvelope(bytes).channelHeader.txId);
    }
  });
});
