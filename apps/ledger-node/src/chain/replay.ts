import {
  type Block,
  blockCommitHash,
  blockFlags,
  checkDataHash,
  checkPrevious,
  commitHash,
  decodeBlock,
  decodeEnvelope,
  type StateUpdate,
  UpdateBatch,
  VALIDATION_CODE,
} from '#libs/fabric-block';
import type { Derived } from '../derived/derived.js';
import type { StateView } from '../state/state.js';
import { applyBlock } from './apply-block.js';
import type { BlockPlace } from './block-file.js';
import { LedgerDamage } from './ledger-damage.js';
import type { StoredEnd } from './stored-blocks.js';
import { transactionSets } from './transaction-sets.js';

/** What a block leaves behind beside the block itself. */
export interface Effects {
  txIds: readonly string[];
  updates: readonly StateUpdate[];
}

/** What the transactions of a stored block left, by the flags that were stored with them. */
export function effectsOf(block: Block, state: Pick<StateView, 'get'>): Effects {
  const flags = blockFlags(block);
  const envelopes = block.data.map(decodeEnvelope);
  const batch = new UpdateBatch(block.number, (...key) => state.get(...key));
  for (const [index, envelope] of envelopes.entries())
    if (flags[index] === VALIDATION_CODE.VALID) batch.apply(index, transactionSets(envelope));
  return { updates: batch.updates(), txIds: envelopes.map(({ channelHeader }) => channelHeader.txId) };
}

/** Compares stored blocks with what was derived from them, and derives it from those that are new. */
export class Replay {
  private readonly known: Iterator<BlockPlace>;
  private readonly knownHeight: number;
  /** Of the last block that was known. */
  private last: Uint8Array | undefined;
  private previous: Block | undefined;
  private height = 0;

  constructor(
    private readonly path: string,
    private readonly derived: Derived,
  ) {
    this.knownHeight = derived.height;
    this.known = derived.places.between(0, this.knownHeight);
  }

  /** The next block of the file, whose checksum is right. Throws LedgerDamage. */
  block(bytes: Buffer, number: number, place: BlockPlace): void {
    this.height = number + 1;
    if (number < this.knownHeight) this.compare(bytes, number, place);
    else this.derive(bytes, number, place);
  }

  /** The known blocks have been compared already; the last of them. */
  skip({ count, last }: StoredEnd): void {
    this.height = count;
    this.last = last;
  }

  private compare(bytes: Buffer, number: number, place: BlockPlace): void {
    const before = this.known.next().value as BlockPlace;
    const same = before.offset === place.offset && before.length === place.length && before.checksum === place.checksum;
    if (!same) throw this.damage(`block ${number} is not the one that was stored: it has another checksum or place`);
    if (number < this.knownHeight - 1) return;
    this.known.return?.();
    this.last = Buffer.from(bytes);
  }

  private derive(bytes: Buffer, number: number, place: BlockPlace): void {
    try {
      const block = decodeBlock(Buffer.from(bytes));
      checkDataHash(block);
      const previous = this.lastBlock();
      if (previous) checkPrevious(block, previous);
      const effects = effectsOf(block, this.derived.state);
      checkCommitHash(block, effects.updates, previous && blockCommitHash(previous));
      applyBlock(this.derived, block, effects, place);
      this.previous = block;
    } catch (error) {
      throw this.damage(`block ${number} does not continue the chain: ${(error as Error).message}`);
    }
  }

  private lastBlock(): Block | undefined {
    if (this.last) this.previous = decodeBlock(this.last);
    this.last = undefined;
    return this.previous;
  }

  /** The last block, when all have been seen. Throws LedgerDamage when the file has fewer than there were. */
  end(): Block | undefined {
    if (this.height >= this.knownHeight) return this.lastBlock();
    throw this.damage(`it ends after block ${this.height - 1}, and there were ${this.knownHeight} blocks`);
  }

  private damage(what: string): LedgerDamage {
    return new LedgerDamage(
      `The block file ${this.path} is damaged: ${what}. Nothing was changed; restore the file from a backup.`,
    );
  }
}

function checkCommitHash(block: Block, updates: readonly StateUpdate[], previous: Uint8Array | undefined): void {
  if (block.number === 0) return;
  const expected = commitHash(blockFlags(block), updates, previous);
  if (Buffer.compare(expected, blockCommitHash(block) ?? new Uint8Array()) !== 0)
    throw new Error('its flags and writes do not give its COMMIT_HASH.');
}
