// Hyperledger Fabric ledger of one channel: blocks, world state, transaction and history index, COMMIT_HASH
import {
  type Block,
  type BlockVerdict,
  blockCommitHash,
  blockFlags,
  checkDataHash,
  checkPrevious,
  commitBlock,
  commitHash,
  decodeBlock,
  decodeEnvelope,
  encodeBlock,
  headerHash,
  type StateUpdate,
  UpdateBatch,
  VALIDATION_CODE,
} from '#libs/fabric-block';
import type { ResultSource } from '../chaincode/result-iterator.js';
import type { State, StateView } from '../state/state.js';
import { BlockFile } from './block-file.js';
import { HistoryIndex, keyHistory } from './history.js';
import { LedgerDamage } from './ledger-damage.js';
import { TransactionIndex, type TransactionPlace } from './transaction-index.js';
import { transactionSets } from './transaction-sets.js';
import type { TransactionStatus } from './waiters.js';

/** What a block leaves behind beside the block itself. */
interface Effects {
  txIds: readonly string[];
  updates: readonly StateUpdate[];
}

/** The state and the histories as they were at one height. Must be released. */
export interface ChainSnapshot {
  state: StateView;
  history(namespace: string, key: string): ResultSource;
  release(): void;
}

/** Owns the block file and everything that follows from it. Blocks are committed one at a time, by one caller. */
export class Chain {
  private file: BlockFile | undefined;
  private last: Block | undefined;
  private lastCommitHash: Uint8Array | undefined;
  private readonly transactions = new TransactionIndex();
  private readonly histories = new HistoryIndex();
  private readonly listeners = new Set<() => void>();

  private constructor(private readonly world: State) {}

  /**
   * Replays the file at `path` into `state`, which must be empty; an empty file gets `genesis` as block 0. Throws
   * LedgerDamage when the blocks do not form the chain they were written as.
   */
  static async open(path: string, genesis: Uint8Array, state: State): Promise<Chain> {
    const chain = new Chain(state);
    chain.file = await BlockFile.open(path, (bytes, number) => chain.replay(bytes, number));
    const first = decodeBlock(genesis);
    if (chain.height === 0) await chain.begin(first);
    else if (Buffer.compare(headerHash(first), headerHash(decodeBlock(await chain.block(0)))) !== 0)
      throw new LedgerDamage(`The block file ${path} belongs to another channel: its block 0 is not genesis.block.`);
    return chain;
  }

  get height(): number {
    return this.last ? this.last.number + 1 : 0;
  }

  get lastHeaderHash(): Uint8Array {
    return this.last ? headerHash(this.last) : new Uint8Array();
  }

  get previousHash(): Uint8Array {
    return this.last?.previousHash ?? new Uint8Array();
  }

  get state(): StateView {
    return this.world;
  }

  snapshot(): ChainSnapshot {
    const state = this.world.snapshot();
    const { height } = this;
    return {
      state,
      history: (namespace, key) => {
        const blocks = this.histories.get(namespace, key, height);
        return keyHistory(blocks, (number) => this.block(number), { namespace, key });
      },
      release: () => state.release(),
    };
  }

  transaction(txId: string): TransactionPlace | undefined {
    return this.transactions.get(txId);
  }

  whenKnown(txId: string, signal: AbortSignal): Promise<TransactionStatus> {
    return this.transactions.whenKnown(txId, signal);
  }

  /** Throws RangeError when there is no such block. */
  block(number: number): Promise<Buffer> {
    return this.file!.block(number);
  }

  /** Calls back after each further block; gives the function that stops it. */
  onBlock(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Puts the verdict and COMMIT_HASH on the block and stores it. `txIds` are those of its transactions, in order.
   * Resolves when the block is on the disk and applied.
   */
  async commit(block: Block, { flags, updates }: BlockVerdict, txIds: readonly string[]): Promise<void> {
    await this.store(commitBlock(block, flags, commitHash(flags, updates, this.lastCommitHash)), { updates, txIds });
  }

  private async begin(genesis: Block): Promise<void> {
    const block = commitBlock(genesis, Uint8Array.of(VALIDATION_CODE.VALID));
    await this.store(block, this.effects(block));
  }

  private async store(block: Block, effects: Effects): Promise<void> {
    await this.file!.append(encodeBlock(block));
    this.apply(block, effects);
    for (const listener of this.listeners) listener();
  }

  private apply(block: Block, { updates, txIds }: Effects): void {
    this.world.apply(updates);
    this.histories.add(updates, block.number);
    this.last = block;
    this.lastCommitHash = blockCommitHash(block) ?? this.lastCommitHash;
    const flags = blockFlags(block);
    for (const [index, txId] of txIds.entries())
      this.transactions.add(txId, { block: block.number, index, flag: flags[index]! });
  }

  private replay(bytes: Uint8Array, number: number): void {
    try {
      const block = decodeBlock(bytes);
      checkDataHash(block);
      if (this.last) checkPrevious(block, this.last);
      const effects = this.effects(block);
      this.checkCommitHash(block, effects.updates);
      this.apply(block, effects);
    } catch (error) {
      throw new LedgerDamage(`The stored block ${number} does not continue the chain: ${(error as Error).message}`);
    }
  }

  /** What the transactions left, by the flags that were stored with them. */
  private effects(block: Block): Effects {
    const flags = blockFlags(block);
    const envelopes = block.data.map(decodeEnvelope);
    const batch = new UpdateBatch(block.number, (...key) => this.world.get(...key));
    for (const [index, envelope] of envelopes.entries())
      if (flags[index] === VALIDATION_CODE.VALID) batch.apply(index, transactionSets(envelope));
    return { updates: batch.updates(), txIds: envelopes.map(({ channelHeader }) => channelHeader.txId) };
  }

  private checkCommitHash(block: Block, updates: readonly StateUpdate[]): void {
    if (block.number === 0) return;
    const expected = commitHash(blockFlags(block), updates, this.lastCommitHash);
    if (Buffer.compare(expected, blockCommitHash(block) ?? new Uint8Array()) !== 0)
      throw new Error('its flags and writes do not give its COMMIT_HASH.');
  }

  async close(): Promise<void> {
    await this.file?.close();
  }
}
