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
  type NamespaceSet,
  type StateUpdate,
  UpdateBatch,
  VALIDATION_CODE,
} from '#libs/fabric-block';
import type { ResultSource } from '../chaincode/result-iterator.js';
import type { Snapshot, State, StateView } from '../state/state.js';
import { BlockFile } from './block-file.js';
import { HistoryIndex, keyHistory } from './history.js';
import { LedgerDamage } from './ledger-damage.js';
import { TransactionIndex, type TransactionPlace } from './transaction-index.js';
import { transactionSets } from './transaction-sets.js';
import type { TransactionStatus } from './waiters.js';

/** Id of a transaction, and what it read and wrote if it is valid. */
interface Entry {
  txId: string;
  sets: NamespaceSet[];
}

function txIdOf(bytes: Uint8Array): string {
  try {
    return decodeEnvelope(bytes).channelHeader.txId;
  } catch {
    return '';
  }
}

/** The write sets are needed of valid transactions only; others may hold anything. */
function entry(bytes: Uint8Array, flag: number | undefined): Entry {
  if (flag !== VALIDATION_CODE.VALID) return { txId: txIdOf(bytes), sets: [] };
  const envelope = decodeEnvelope(bytes);
  return { txId: envelope.channelHeader.txId, sets: transactionSets(envelope) };
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
    if (chain.height === 0) await chain.store(commitBlock(first, Uint8Array.of(VALIDATION_CODE.VALID)), []);
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

  snapshot(): Snapshot {
    return this.world.snapshot();
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

  history(namespace: string, key: string): ResultSource {
    const changes = [...this.histories.get(namespace, key)];
    return keyHistory(changes, (number) => this.block(number), namespace, key);
  }

  /** Calls back after each further block; gives the function that stops it. */
  onBlock(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Puts the verdict and COMMIT_HASH on the block and stores it. Resolves when it is on the disk and applied. */
  async commit(block: Block, { flags, updates }: BlockVerdict): Promise<void> {
    await this.store(commitBlock(block, flags, commitHash(flags, updates, this.lastCommitHash)), updates);
  }

  private async store(block: Block, updates: readonly StateUpdate[]): Promise<void> {
    await this.file!.append(encodeBlock(block));
    this.world.apply(updates);
    this.index(block, entriesOf(block));
    for (const listener of this.listeners) listener();
  }

  private index(block: Block, entries: readonly Entry[]): void {
    this.last = block;
    this.lastCommitHash = blockCommitHash(block) ?? this.lastCommitHash;
    const flags = blockFlags(block);
    for (const [index, { txId, sets }] of entries.entries()) {
      for (const { namespace, writes } of sets)
        this.histories.add(
          writes.map(({ key }) => ({ namespace, key })),
          { block: block.number, transaction: index },
        );
      this.transactions.add(txId, { block: block.number, index, flag: flags[index]! });
    }
  }

  private replay(bytes: Uint8Array, number: number): void {
    try {
      const block = decodeBlock(bytes);
      checkDataHash(block);
      if (this.last) checkPrevious(block, this.last);
      const entries = entriesOf(block);
      const updates = this.updates(block.number, entries);
      this.checkCommitHash(block, updates);
      this.world.apply(updates);
      this.index(block, entries);
    } catch (error) {
      throw new LedgerDamage(`The stored block ${number} does not continue the chain: ${(error as Error).message}`);
    }
  }

  /** The updates of the valid transactions, whose flags are the stored ones. */
  private updates(block: number, entries: readonly Entry[]): StateUpdate[] {
    const batch = new UpdateBatch(block, (namespace, key, collection) => this.world.get(namespace, key, collection));
    for (const [index, { sets }] of entries.entries()) batch.apply(index, sets);
    return batch.updates();
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

function entriesOf(block: Block): Entry[] {
  const flags = blockFlags(block);
  return block.data.map((bytes, index) => entry(bytes, flags[index]));
}
