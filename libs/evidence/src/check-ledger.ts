// Fabric: the batch that holds a leaf, in the block that the receipt carries
import { sameHash } from '#libs/merkle';
import { type LogValue, logKey, readLogValue } from './batch.js';
import { type EventRecord, leafEntry } from './event-record.js';
import type { LedgerBlock, LedgerTransaction, OpenBlock } from './open-block.js';
import type { Pin } from './pin.js';
import { blockSha256, type SiteCheckpoint } from './site-checkpoint.js';
import { demand, Mismatch } from './verdict.js';

/** Reasons of openBlock that mean: well made, but by others than the pinned organisations. */
const FOREIGN = new Set(['IDENTITY', 'ORDERER']);

function opened(block: Uint8Array, pin: Pin, openBlock: OpenBlock): LedgerBlock {
  const { channel, ordererMsps, peerMsps, endorsement } = pin;
  try {
    return openBlock(block, { channel, ordererMsps, peerMsps, endorsement });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const foreign = 'reason' in error && typeof error.reason === 'string' && FOREIGN.has(error.reason);
    throw new Mismatch(foreign ? 'UNTRUSTED_KEY' : 'ALTERED', `the block does not hold: ${error.message}`);
  }
}

function transactionOf(block: LedgerBlock, txId: string): LedgerTransaction {
  const transaction = block.transactions.find((candidate) => candidate.txId === txId);
  demand(transaction !== undefined, 'the block does not hold the transaction of the receipt');
  if (transaction.code !== 'VALID') {
    throw new Mismatch('UNANCHORED', `the ledger found the transaction ${transaction.code}: it changed nothing`);
  }
  return transaction;
}

function logWrite(transaction: LedgerTransaction, pin: Pin): LogValue {
  const written = transaction.namespaceWrites.find(
    (write) => write.namespace === pin.chaincode && write.key === logKey(pin.site),
  );
  demand(transaction.chaincode === pin.chaincode, 'the transaction is of another contract');
  demand(written?.value !== undefined, `the transaction does not write the log of ${pin.site}`);
  return readLogValue(written.value);
}

function checkHead(log: LogValue, checkpoint: SiteCheckpoint, transaction: LedgerTransaction, pin: Pin): void {
  demand(log.site === pin.site && log.txId === transaction.txId, 'the ledger value is of another site or transaction');
  const byOwner = log.mspId === transaction.creatorMsp && log.mspId === pin.mspId;
  demand(byOwner, "the transaction was not made by the site's own organisation");
  demand(log.size === checkpoint.size, 'size on the ledger and size of the checkpoint differ');
  demand(sameHash(log.root, checkpoint.root), 'root on the ledger and root of the checkpoint differ');
}

/** What the receipt says of the ledger, with the record and leaf it is about. */
export interface LedgerClaim {
  record: EventRecord;
  leaf: Uint8Array;
  leafIndex: number;
  transaction: string;
  block: Uint8Array;
  checkpoint: SiteCheckpoint;
}

/** The leaf is in a VALID transaction of a signed block, at its place, with its decision. Throws Mismatch or FormatError. */
export function checkLedger(claim: LedgerClaim, pin: Pin, openBlock: OpenBlock): LedgerTransaction {
  const { checkpoint, leafIndex } = claim;
  demand(checkpoint.txId === claim.transaction, 'the checkpoint names another transaction');
  demand(
    blockSha256(claim.block).equals(checkpoint.blockSha256),
    'the block is not, byte for byte, the one the checkpoint names',
  );
  const block = opened(claim.block, pin, openBlock);
  demand(block.number === checkpoint.blockNumber, 'the checkpoint names another block');
  const transaction = transactionOf(block, claim.transaction);
  const log = logWrite(transaction, pin);
  checkHead(log, checkpoint, transaction, pin);
  const entry = log.entries[leafIndex - log.first];
  demand(entry !== undefined, 'the batch on the ledger does not reach the index of the leaf');
  demand(entry.equals(leafEntry(claim.record.decision, claim.leaf)), 'the ledger has another leaf at this place');
  return transaction;
}
