import {
  type Block,
  blockCommitHash,
  blockFlags,
  type ChannelConfig,
  channelConfig,
  checkDataHash,
  checkOrdererSignature,
  checkPrevious,
  commitHash,
  decodeBlock,
  decodeEnvelope,
  validateBlock,
} from '#libs/fabric-block';
import { BlockFile } from '../src/chain/block-file.js';
import { PlainState } from './plain-state.js';

export interface Replayed {
  height: number;
  transactions: number;
  state: PlainState;
  /** Ids of transactions that are valid. */
  valid: Set<string>;
}

const same = (a: Uint8Array, b: Uint8Array | undefined): boolean => b !== undefined && Buffer.compare(a, b) === 0;

/** Judges one block after the other, from what the first says alone. */
class Judge implements Replayed {
  height = 1;
  transactions = 0;
  readonly state = new PlainState();
  readonly valid = new Set<string>();
  private readonly known = new Set<string>();
  private readonly config: ChannelConfig;
  private commitHash: Uint8Array | undefined;

  constructor(private before: Block) {
    this.config = channelConfig(before);
  }

  /** Throws when the next block is not what it should be. */
  judge(block: Block): void {
    checkDataHash(block);
    checkPrevious(block, this.before);
    checkOrdererSignature(block, this.config.members);
    const hasTransaction = (txId: string) => this.known.has(txId);
    const context = { config: this.config, state: this.state, hasTransaction };
    const { flags, updates } = validateBlock(block.number, block.data, context);
    if (!same(flags, blockFlags(block))) throw new Error(`block ${block.number} has other flags`);
    this.commitHash = commitHash(flags, updates, this.commitHash);
    if (!same(this.commitHash, blockCommitHash(block)))
      throw new Error(`block ${block.number} has another COMMIT_HASH`);
    this.state.apply(updates);
    for (const [index, data] of block.data.entries()) this.note(decodeEnvelope(data).channelHeader.txId, flags[index]!);
    this.before = block;
    this.height = block.number + 1;
  }

  private note(txId: string, flag: number): void {
    this.known.add(txId);
    this.transactions += 1;
    if (flag === 0) this.valid.add(txId);
  }
}

/**
 * Judges the blocks of a file again from its first block alone: signatures, hashes, flags and COMMIT_HASH. Throws at
 * the first that is not so.
 */
export async function independentReplay(path: string): Promise<Replayed> {
  let judge: Judge | undefined;
  const file = await BlockFile.open(path, (bytes) => {
    const block = decodeBlock(Buffer.from(bytes));
    if (judge) judge.judge(block);
    else judge = new Judge(block);
  });
  await file.close();
  if (!judge) throw new Error('the file has no block');
  return judge;
}
