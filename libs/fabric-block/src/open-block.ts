// Hyperledger Fabric 3.1 documentation, "Ledger": what one block proves to someone who trusts only the CA certificates of its organisations
import { type Block, decodeBlock } from './block.js';
import { BlockError } from './block-error.js';
import { checkDataHash, headerHash } from './block-hash.js';
import { blockFlags } from './block-metadata.js';
import { decodeEnvelope } from './envelope.js';
import { headerTime } from './header.js';
import { type Membership, membership } from './membership.js';
import {
  describeInvalid,
  type OpenedTransaction,
  openValidTransaction,
  type TransactionTrust,
} from './open-transaction.js';
import { checkOrdererSignature } from './orderer-signature.js';
import { VALIDATION_CODE, validationCode } from './validation-code.js';

/** Where trust comes from: outside the block. */
export interface BlockTrust {
  channel: string;
  /** MSP id to root CA certificates (PEM). */
  ordererMsps: Record<string, string[]>;
  peerMsps: Record<string, string[]>;
  /** MSP ids whose peers' endorsements count. */
  endorsement: string[];
  /** How many of them must have endorsed a transaction (but one of `_lifecycle`); undefined: each of them. */
  atLeast?: number;
}

export interface OpenedBlock {
  number: bigint;
  headerHash: Uint8Array;
  previousHash: Uint8Array;
  /** One for each transaction of the block, in its order. The same txId may occur again, flagged DUPLICATE_TXID. */
  transactions: OpenedTransaction[];
}

/**
 * Checks all that a block proves by itself: canonical encoding; data hash; the orderer's signature and certificate
 * chain; and for each transaction flagged VALID the txid, creator's signature, proposal hash, and endorsements by
 * peers of as many MSPs as `trust` demands: one of which any of this does not hold is `unproven`, shows no writes, and does not
 * spoil the others. Certificates must have been in date at the time that the transaction claims, the orderer's at one of these. Not proved: the flags and
 * COMMIT_HASH (the peer's own finding, signed by nobody: who keeps a block must bind its bytes), and that the reads were current.
 * Throws BlockError with a reason and a sentence naming what is wrong with the block itself.
 */
export function openBlock(bytes: Uint8Array, trust: BlockTrust): OpenedBlock {
  const block = decodeBlock(bytes);
  checkDataHash(block);
  const peers = membersOf(trust.peerMsps);
  const orderers = membersOf(trust.ordererMsps);
  const transactions = openTransactions(block, { ...trust, peers, orderers });
  checkOrderer(block, orderers, transactions);
  return {
    number: BigInt(block.number),
    headerHash: headerHash(block),
    previousHash: block.previousHash,
    transactions,
  };
}

const REMEMBERED = 16;
const known = new Map<string, Membership>();

/** Membership is kept by the certificates it rests on, so that checking many blocks parses them once. */
export function membersOf(msps: Record<string, string[]>): Membership {
  const name = JSON.stringify(msps);
  const members = known.get(name) ?? membership(msps);
  if (known.size >= REMEMBERED) known.clear();
  known.set(name, members);
  return members;
}

/** The times that proven transactions claim, the latest first: a block carries none of its own. */
function provenTimes({ data }: Block, transactions: readonly OpenedTransaction[]): Date[] {
  const proven = data.filter((_, index) => transactions[index]!.code === 'VALID' && !transactions[index]!.unproven);
  const times = proven.map((bytes) => headerTime(decodeEnvelope(bytes).channelHeader)?.getTime() ?? 0);
  return [...new Set(times)].sort((one, other) => other - one).map((time) => new Date(time));
}

/**
 * The orderer's certificate must have been in date at one of the times that proven transactions claim. What others claim says nothing:
 * anyone can send a transaction of the year 9000. Where nothing is proven, dates prove nothing either.
 */
function checkOrderer(block: Block, orderers: Membership, transactions: readonly OpenedTransaction[]): void {
  const [latest, ...earlier] = provenTimes(block, transactions);
  try {
    checkOrdererSignature(block, orderers, latest);
  } catch (error) {
    if (!earlier.some((at) => isSigned(block, orderers, at))) throw error;
  }
}

function isSigned(block: Block, orderers: Membership, at: Date): boolean {
  try {
    checkOrdererSignature(block, orderers, at);
    return true;
  } catch {
    return false;
  }
}

function openTransactions(block: Block, trust: TransactionTrust): OpenedTransaction[] {
  const flags = blockFlags(block);
  if (flags.length !== block.data.length) {
    throw new BlockError(
      'FLAGS',
      `Block ${block.number} has ${flags.length} flags for ${block.data.length} transactions.`,
    );
  }
  return block.data.map((bytes, index) => {
    if (flags[index] === VALIDATION_CODE.VALID) return openValidTransaction(bytes, trust);
    return describeInvalid(bytes, validationCode(flags[index]!));
  });
}
