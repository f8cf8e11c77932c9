import {
  type Block,
  blockCommitHash,
  blockFlags,
  channelConfig,
  commitHash,
  decodeBlock,
  decodeEnvelope,
  validateBlock,
  validationCode,
} from '#libs/fabric-block';
import { SortedState } from '../../libs/fabric-block/test/sorted-state.js';

/** What a block says of itself, or what it should say: codes in order and COMMIT_HASH. */
export interface Judgement {
  codes: string[];
  commitHash: string;
}

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

export function recordedJudgement(block: Block): Judgement {
  return { codes: [...blockFlags(block)].map(validationCode), commitHash: hex(blockCommitHash(block)) };
}

/** Judges all blocks again from the first one alone, with nothing that the ledger says of their validity. */
export function judge(blocks: readonly Uint8Array[]): Judgement[] {
  const [genesis, ...rest] = blocks.map(decodeBlock);
  const config = channelConfig(genesis!);
  const state = new SortedState();
  const known = new Set<string>();
  let previous: Uint8Array | undefined;
  return rest.map((block) => {
    const context = { config, state, hasTransaction: (txId: string) => known.has(txId) };
    const { flags, updates } = validateBlock(block.number, block.data, context);
    state.apply(updates);
    for (const txId of block.data.map(idOf)) known.add(txId);
    previous = commitHash(flags, updates, previous);
    return { codes: [...flags].map(validationCode), commitHash: hex(previous) };
  });
}

function idOf(bytes: Uint8Array): string {
  try {
    return decodeEnvelope(bytes).channelHeader.txId;
  } catch {
    return '';
  }
}
