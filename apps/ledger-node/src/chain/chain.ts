// Hyperledger Fabric ledger of one channel: blocks, and everything that follows from them
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Block,
  type BlockVerdict,
  blockCommitHash,
  commitBlock,
  commitHash,
  decodeBlock,
  encodeBlock,
  headerHash,
  VALIDATION_CODE,
} from '#libs/fabric-block';
import type { ResultSource } from '../chaincode/result-iterator.js';
import { Derived } from '../derived/derived.js';
import type { TransactionPlace } from '../derived/disk-transactions.js';
import type { StateView } from '../state/state.js';
import { applyBlock } from './apply-block.js';
import { BlockFile } from './block-file.js';
import { keyHistory } from './history.js';
import { LedgerDamage } from './ledger-damage.js';
import { type Effects, effectsOf, Replay } from './replay.js';
import { StoredBlocks } from './stored-blocks.js';
import type { TransactionStatus } from './waiters.js';

export interface ChainOptions {
  /** Holds `chain`, the blocks, and `derived.db`, which is made again from them whenever it is not there. */
  folder: string;
  /** Encoded block 0. */
  genesis: Uint8Array;
  /** Told why derived.db is made anew. */
  rebuilt?: (reason: string) => void;
  /** Told when derived.db is found damaged while it is in use: the next start makes it anew. */
  damaged?: (damage: LedgerDamage) => void;
}

/** The state and the histories as they were at one height. Must be released. */
export interface ChainSnapshot {
  state: StateView;
  history(namespace: string, key: string): ResultSource;
  release(): void;
}

/** Owns the block file and everything that follows from it. Blocks are committed one at a time, by one caller. */
export class Chain {
  private readonly listeners = new Set<() => void>();

  private constructor(
    private readonly file: BlockFile,
    private readonly derived: Derived,
    private last: Block | undefined,
  ) {}

  /**
   * Reads all blocks, checks them against their checksums and against what was derived from them, and replays those
   * that nothing has been derived from yet; an empty file gets `genesis` as block 0. Throws LedgerDamage when the blocks
   * are not those that were written, or do not form a chain.
   */
  static async open({ folder, genesis, rebuilt = () => {}, damaged = () => {} }: ChainOptions): Promise<Chain> {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'chain');
    let stored: StoredBlocks | undefined;
    const derived = Derived.open(join(folder, 'derived.db'), {
      opened: (found) => {
        stored = new StoredBlocks(path, found);
      },
      rebuilt: (reason) => {
        void stored?.giveUp();
        stored = undefined;
        rebuilt(reason);
      },
      damaged,
    });
    try {
      const replay = new Replay(path, derived);
      const behind = await stored?.end();
      if (behind) replay.skip(behind);
      const file = await BlockFile.open(path, (bytes, number, place) => replay.block(bytes, number, place), behind);
      const chain = new Chain(file, derived, replay.end());
      await chain.check(decodeBlock(genesis), path);
      return chain;
    } catch (error) {
      derived.close();
      throw error;
    }
  }

  private async check(genesis: Block, path: string): Promise<void> {
    if (this.height === 0) await this.begin(genesis);
    else if (Buffer.compare(headerHash(genesis), headerHash(decodeBlock(await this.block(0)))) !== 0)
      throw new LedgerDamage(`The block file ${path} belongs to another channel: its block 0 is not genesis.block.`);
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
    return this.derived.state;
  }

  snapshot(): ChainSnapshot {
    const { history, state } = this.derived;
    const snapshot = state.snapshot();
    const { height } = this;
    return {
      state: snapshot,
      history: (namespace, key) => {
        const blocks = history.get(namespace, key, height);
        return keyHistory(blocks, (number) => this.block(number), { namespace, key });
      },
      release: () => snapshot.release(),
    };
  }

  transaction(txId: string): TransactionPlace | undefined {
    return this.derived.transactions.get(txId);
  }

  whenKnown(txId: string, signal: AbortSignal): Promise<TransactionStatus> {
    return this.derived.transactions.whenKnown(txId, signal);
  }

  /** Number of the block with this header hash. */
  findBlock(hash: Uint8Array): number | undefined {
    return this.derived.places.find(hash);
  }

  /** Throws RangeError when there is no such block. */
  async block(number: number): Promise<Buffer> {
    const place = this.derived.places.get(number);
    if (!place) throw new RangeError(`no such block number [${number}] in index`);
    return this.file.read(number, place);
  }

  /** The same, decoded. The latest, which those who follow ask for, is still at hand. */
  async decodedBlock(number: number): Promise<Block> {
    return number === this.last?.number ? this.last : decodeBlock(await this.block(number));
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
    const hash = commitHash(flags, updates, this.last && blockCommitHash(this.last));
    await this.store(commitBlock(block, flags, hash), { updates, txIds });
  }

  private async begin(genesis: Block): Promise<void> {
    const block = commitBlock(genesis, Uint8Array.of(VALIDATION_CODE.VALID));
    await this.store(block, effectsOf(block, this.state));
  }

  private async store(block: Block, effects: Effects): Promise<void> {
    const place = await this.file.append(encodeBlock(block));
    applyBlock(this.derived, block, effects, place);
    this.last = block;
    for (const listener of this.listeners) listener();
  }

  async close(): Promise<void> {
    this.derived.close();
    await this.file.close();
  }
}
