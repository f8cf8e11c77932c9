// Fabric: the batch that holds a leaf, in the block that the receipt carries
import { sameHash } from '#libs/merkle';
import { entryAt, type LogValue, logKey, readLogValue } from './batch.js';
import { type EventRecord, leafEntry } from './event-record.js';
import type { LedgerBlock, LedgerTransaction, OpenBlock } from './open-block.js';
import type { Pin } from './pin.js';
import { blockSha256, type SiteCheckpoint } from './site-checkpoint.js';
import { demand, Mismatch } from './verdict.js';

/** Reasons of openBlock that mean: well made, but by others than the pinned organisations. */
const FOREIGN = new Set(['IDENTITY', 'ORDERER']);

/** The block under this pin. Throws Mismatch with the verdict; any other error is a fault of the program or of the pin. */
export function opened(block: Uint8Array, pin: Pin, openBlock: OpenBlock): LedgerBlock {
  try {
    return openBlock(block, pin);
  } catch (error) {
    throw isBlockFault(error) ? notHeld(error) : error;
  }
}

type BlockFault = NonNullable<LedgerTransaction['unproven']>;

export function isBlockFault(error: unknown): error is BlockFault & Error {
  return error instanceof Error && typeof (error as Partial<BlockFault>).reason === 'string';
}

/** The verdict on `what` that does not hold under the pin. */
export function notHeld({ reason, message }: BlockFault, what = 'the block'): Mismatch {
  return new Mismatch(FOREIGN.has(reason) ? 'UNTRUSTED_KEY' : 'ALTERED', `${what} does not hold: ${message}`);
}

/**
 * Its transaction of this id, flagged VALID, as far as the pin's trust reaches. The flag is signed by nobody: who keeps the block has
 * bound it, and `checkSuccessor` shows that peers found the same. Throws Mismatch with the verdict.
 */
export function transactionOf(transactions: readonly LedgerTransaction[], txId: string): LedgerTransaction {
  const transaction = transactions.find((candidate) => candidate.txId === txId);
  demand(transaction !== undefined, 'the block does not hold the transaction of the receipt');
  if (transaction.code !== 'VALID') {
    throw new Mismatch('UNANCHORED', `the ledger found the transaction ${transaction.code}: it changed nothing`);
  }
  if (transaction.unproven) throw notHeld(transaction.unproven);
  return transaction;
}

/** What the transaction writes for the log of the pinned site. Throws Mismatch. */
export function writtenLog(transaction: Omit<LedgerTransaction, 'code'>, pin: Pin): Uint8Array {
  const written = transaction.namespaceWrites.find(
    (write) => write.namespace === pin.chaincode && write.key === logKey(pin.site),
  );
  demand(transaction.chaincode === pin.chaincode, 'the transaction is of another contract');
  demand(written?.value !== undefined, `the transaction does not write the log of ${pin.site}`);
  return written.value;
}

function checkOwner(log: LogValue, transaction: Omit<LedgerTransaction, 'code'>, pin: Pin): void {
  demand(log.site === pin.site && log.txId === transaction.txId, 'the ledger value is of another site or transaction');
  const byOwner = log.mspId === transaction.creatorMsp && log.mspId === pin.mspId;
  demand(byOwner, "the transaction was not made by the site's own organisation");
}

/** The batch of the pinned site that the transaction writes, made by the site's own organisation. Throws Mismatch or FormatError. */
export function ownLog(transaction: Omit<LedgerTransaction, 'code'>, pin: Pin): LogValue {
  const log = readLogValue(writtenLog(transaction, pin));
  checkOwner(log, transaction, pin);
  return log;
}

/** A batch as the ledger has it. */
export interface AnchoredBatch {
  blockNumber: bigint;
  /** Which transaction of the block it is, from 0. */
  place: number;
  /** MSP ids that endorsed. */
  endorsers: string[];
  log: LogValue;
}

/**
 * The batch of the pinned site in the transaction `txId`, flagged VALID, of a block whose signatures hold under the pin.
 * Throws Mismatch with the verdict, or FormatError.
 */
export function openBatch(block: Uint8Array, txId: string, pin: Pin, openBlock: OpenBlock): AnchoredBatch {
  const { number, transactions } = opened(block, pin, openBlock);
  const transaction = transactionOf(transactions, txId);
  const place = transactions.indexOf(transaction);
  return { blockNumber: number, place, endorsers: transaction.endorsers, log: ownLog(transaction, pin) };
}

/** What a receipt says of the ledger, with the record and leaf it is about. */
export interface LedgerClaim {
  record: EventRecord;
  leaf: Uint8Array;
  leafIndex: number;
  transaction: string;
  block: Uint8Array;
  checkpoint: SiteCheckpoint;
}

/** The leaf is in the batch that checkpoint and transaction name, at its place, with its decision. Throws Mismatch or FormatError. */
export function checkLedger(claim: LedgerClaim, pin: Pin, openBlock: OpenBlock): AnchoredBatch {
  const { checkpoint, leafIndex, block } = claim;
  demand(checkpoint.txId === claim.transaction, 'the checkpoint names another transaction');
  const sameBlock = blockSha256(block).equals(checkpoint.blockSha256);
  demand(sameBlock, 'the block is not, byte for byte, the one the checkpoint names');
  const batch = openBatch(block, claim.transaction, pin, openBlock);
  demand(batch.blockNumber === checkpoint.blockNumber, 'the checkpoint names another block');
  demand(batch.log.size === checkpoint.size, 'size on the ledger and size of the checkpoint differ');
  demand(sameHash(batch.log.root, checkpoint.root), 'root on the ledger and root of the checkpoint differ');
  const entry = entryAt(batch.log, leafIndex);
  demand(entry !== undefined, 'the batch on the ledger does not reach the index of the leaf');
  demand(entry.equals(leafEntry(claim.record.decision, claim.leaf)), 'the ledger has another leaf at this place');
  return batch;
}
