// Hyperledger Fabric 3.1, common/common.proto: BlockData, the envelopes of a block
import { decodeBlock } from './block.js';
import { BlockError } from './block-error.js';
import { decodeEnvelope } from './envelope.js';

/**
 * The first envelope with this transaction id in an encoded block, byte for byte; undefined where there is none, or no block. Checks
 * nothing.
 */
export function envelopeInBlock(block: Uint8Array, txId: string): Uint8Array | undefined {
  return dataOf(block).find((envelope) => idOf(envelope) === txId);
}

function dataOf(block: Uint8Array): Uint8Array[] {
  try {
    return decodeBlock(block).data;
  } catch (error) {
    if (error instanceof BlockError) return [];
    throw error;
  }
}

function idOf(envelope: Uint8Array): string | undefined {
  try {
    return decodeEnvelope(envelope).channelHeader.txId;
  } catch (error) {
    if (error instanceof BlockError) return undefined;
    throw error;
  }
}
