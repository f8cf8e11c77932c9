// Hyperledger Fabric 3.1 documentation, "Ledger": what one block proves to someone who trusts only the CA certificates of its organisations
import { type Block, decodeBlock } from './block.js';
import { BlockError } from './block-error.js';
import { checkDataHash, headerHash } from './block-hash.js';
import { blockCommitHash, blockFlags } from './block-metadata.js';
import { commitHash } from './commit-hash.js';
import { decodeEnvelope } from './envelope.js';
import { headerTime } from './header.js';
import { type Membership, membership } from './membership.js';
import {
  type CheckedTransaction,
  checkValidTransaction,
  describeInvalid,
  type OpenedTransaction,
  type TransactionTrust,
} from './open-transaction.js';
import { checkOrdererSignature } from './orderer-signature.js';
import { UpdateBatch } from './update-batch.js';
import { VALIDATION_CODE, validationCode } from './validation-code.js';

/** Where trust comes from: outside the block. */
export interface BlockTrust {
  channel: string;
  /** MSP id to root CA certificates (PEM). */
  ordererMsps: Record<string, string[]>;
  peerMsps: Record<string, string[]>;
  /** MSP ids that must each have endorsed every VALID transaction (but those of `_lifecycle`) with a peer's certificate. */
  endorsement: string[];
  /**
   * COMMIT_HASH of the block before, where it is at hand (an empty array: there is none, this is block 1). Then that of this block must follow from it, which
   * binds the flags too. Both are the peer's own word: this finds damage, not a peer that lies about both.
   */
  previousCommitHash?: Uint8Array;
}

export interface OpenedBlock {
  number: bigint;
  headerHash: Uint8Array;
  previousHash: Uint8Array;
  /** One for each transaction of the block, in its order. The same txId may occur again, flagged DUPLICATE_TXID. */
  transactions: OpenedTransaction[];
}

/**
 * Checks all that a block proves by itself: canonical encoding; data hash; the orderer's signature and certificate chain; and for each
 * transaction flagged VALID the txid, creator's signature, proposal hash, and endorsements by peers of every MSP of `trust.endorsement`. Certificates
 * must have been in date at the time that the transaction claims. Not proved: the flags (the peer's own finding, signed by nobody; see
 * `previousCommitHash`), and that the reads were current. Throws BlockError with a reason and a sentence naming what is wrong.
 */
export function openBlock(bytes: Uint8Array, trust: BlockTrust): OpenedBlock {
  const block = decodeBlock(bytes);
  checkDataHash(block);
  const { peers, orderers } = memberships(trust);
  checkOrdererSignature(block, orderers, latestTime(block));
  const checked = checkTransactions(block, { ...trust, peers, orderers });
  checkCommitHash(block, checked, trust.previousCommitHash);
  return {
    number: BigInt(block.number),
    headerHash: headerHash(block),
    previousHash: block.previousHash,
    transactions: checked.map(({ opened }) => opened),
  };
}

const opened = new WeakMap<BlockTrust, { peers: Membership; orderers: Membership }>();

/** Membership is kept with the trust object, so that checking many blocks parses certificates once. */
function memberships(trust: BlockTrust): { peers: Membership; orderers: Membership } {
  const known = opened.get(trust);
  if (known) return known;
  const made = { peers: membership(trust.peerMsps), orderers: membership(trust.ordererMsps) };
  opened.set(trust, made);
  return made;
}

/** A block carries no time of its own: it was made no earlier than the latest its transactions claim. */
function latestTime(block: Block): Date | undefined {
  const times = block.data.map((bytes) => {
    try {
      return headerTime(decodeEnvelope(bytes).channelHeader)?.getTime() ?? Number.NaN;
    } catch {
      return Number.NaN;
    }
  });
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length > 0 ? new Date(Math.max(...known)) : undefined;
}

function checkTransactions(block: Block, trust: TransactionTrust): CheckedTransaction[] {
  const flags = blockFlags(block);
  if (flags.length !== block.data.length) {
    throw new BlockError(
      'FLAGS',
      `Block ${block.number} has ${flags.length} flags for ${block.data.length} transactions.`,
    );
  }
  return block.data.map((bytes, index) => {
    if (flags[index] === VALIDATION_CODE.VALID) return checkValidTransaction(bytes, trust);
    return { opened: describeInvalid(bytes, validationCode(flags[index]!)), sets: [] };
  });
}

function checkCommitHash(block: Block, checked: readonly CheckedTransaction[], previous: Uint8Array | undefined): void {
  const recorded = blockCommitHash(block);
  if (!previous) return;
  const batch = new UpdateBatch(block.number, () => undefined);
  for (const [index, { sets }] of checked.entries()) batch.apply(index, sets);
  const expected = commitHash(blockFlags(block), batch.updates(), previous);
  if (recorded && Buffer.compare(recorded, expected) === 0) return;
  throw new BlockError('COMMIT_HASH', `The flags and writes of block ${block.number} do not match its COMMIT_HASH.`);
}
