// Hyperledger Fabric, "Read-Write set semantics": that peers found a batch VALID, by what they endorsed on top of it
import { sameHash } from '#libs/merkle';
import { type LogValue, logKey, rootAfter } from './batch.js';
import { type AnchoredBatch, isBlockFault, notHeld, ownLog } from './check-ledger.js';
import { FormatError } from './format-error.js';
import type { LedgerEnvelope, OpenEnvelope } from './open-block.js';
import type { Pin } from './pin.js';
import { demand, Mismatch } from './verdict.js';

/** The next batch of a log, which its endorsers built on the one before. */
export interface Successor {
  txId: string;
  /** MSP ids whose peers had the batch before in force when they endorsed this one. */
  endorsers: string[];
}

/**
 * Holds the transaction of the next batch against `batch`. Its endorsers read the log as a transaction had left it that stands at this very
 * place of the chain, and only a VALID one leaves anything; and the root that they computed on top of it is that of this very tree with the
 * leaves of the next batch. So peers of as many organisations as the pin demands found this batch VALID, whatever flag stands in the
 * block, and had this log and no other. What became of the next batch itself does not matter. Throws Mismatch with the verdict.
 */
export function checkSuccessor(
  envelope: Uint8Array,
  batch: AnchoredBatch,
  pin: Pin,
  openEnvelope: OpenEnvelope,
): Successor {
  const transaction = opened(envelope, pin, openEnvelope);
  const next = nextLog(transaction, pin);
  demand(next.first === batch.log.size, 'the successor is not the next batch of the log');
  checkRead(transaction, batch, pin);
  if (!sameHash(rootAfter(batch.log, next), next.root))
    throw new Mismatch('FORKED', 'the endorsers of the next batch had another log than this one');
  return { txId: transaction.txId, endorsers: transaction.endorsers };
}

function opened(envelope: Uint8Array, pin: Pin, openEnvelope: OpenEnvelope): LedgerEnvelope {
  const transaction = wellFormed(envelope, pin, openEnvelope);
  if (transaction.unproven) throw notHeld(transaction.unproven, 'the successor');
  return transaction;
}

function wellFormed(envelope: Uint8Array, pin: Pin, openEnvelope: OpenEnvelope): LedgerEnvelope {
  try {
    return openEnvelope(envelope, pin);
  } catch (error) {
    throw isBlockFault(error) ? notHeld(error, 'the successor') : error;
  }
}

function nextLog(transaction: LedgerEnvelope, pin: Pin): LogValue {
  try {
    return ownLog(transaction, pin);
  } catch (error) {
    if (error instanceof Mismatch) throw new Mismatch(error.verdict, `the successor does not fit: ${error.message}`);
    if (error instanceof FormatError) throw new FormatError(`the successor does not fit: ${error.message}`);
    throw error;
  }
}

/** Throws FORKED where the endorsers had a batch of the same size in force that is not this one. */
function checkRead({ namespaceReads }: LedgerEnvelope, { blockNumber, place }: AnchoredBatch, pin: Pin): void {
  const ofLog = namespaceReads.filter(({ namespace, key }) => namespace === pin.chaincode && key === logKey(pin.site));
  const [read] = ofLog;
  demand(read !== undefined && ofLog.length === 1, 'the endorsers of the successor did not read the log');
  const { version } = read;
  if (version !== undefined && BigInt(version.block) === blockNumber && version.transaction === place) return;
  const found = version ? `transaction ${version.transaction} of block ${version.block}` : 'nothing';
  throw new Mismatch(
    'FORKED',
    `the endorsers of the next batch had ${found} in force, not this batch (transaction ${place} of block ${blockNumber})`,
  );
}
