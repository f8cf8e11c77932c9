// holdfast-receipt/1 and /2: the one verification that server, worker and command line share
import { verifyInclusion } from '#libs/merkle';
import { type AcrossMove, checkAcrossMove, pinOf } from './across-move.js';
import { YEAR_10000 } from './batch.js';
import { checkCheckpoint } from './check-checkpoint.js';
import { checkContent, checkOpening } from './check-event.js';
import { checkLedger } from './check-ledger.js';
import { checkSuccessor, type Successor } from './check-successor.js';
import { decodeRecord, type EventRecord, recordLeaf } from './event-record.js';
import { FormatError } from './format-error.js';
import type { LedgerReader } from './open-block.js';
import type { Opening } from './opening.js';
import type { Pin } from './pin.js';
import { parseReceipt } from './receipt.js';
import { demand, Mismatch, type Verdict } from './verdict.js';

/** What a receipt proves, once it is `OK`. */
export interface ProvenEvent {
  record: EventRecord;
  opening: Opening | undefined;
  leafIndex: number;
  treeSize: number;
  transaction: string;
  blockNumber: bigint;
  /** MSP ids that endorsed. */
  endorsers: string[];
  /** The time that the transaction of its batch claims, milliseconds since 1970; batches of the first format do not say it. */
  sentAt: number | undefined;
  /** By whom the batch is shown to have been found VALID; without it that is the word of who signed the checkpoint. */
  successor: Successor | undefined;
  /** Whether content was supplied and found equal. */
  contentCompared: boolean;
  /** The pin whose ledger it is on: the one that was given, or the one before it. */
  pin: Pin;
  /** For an event from before the log moved: by whom it was taken over, and whether the receipt shows that its tree was. */
  moved?: AcrossMove;
}

export interface Verification {
  verdict: Verdict;
  /** One sentence: what holds or what differs. Names no content. */
  detail: string;
  /** Only with `OK`. */
  event?: ProvenEvent;
}

function checked(receiptSource: string, given: Pin, ledger: LedgerReader, content?: Uint8Array): ProvenEvent {
  const receipt = parseReceipt(receiptSource);
  const pin = pinOf(receipt.checkpoint, given);
  const checkpoint = checkCheckpoint(receipt.checkpoint, pin);
  const record = decodeRecord(receipt.record);
  demand(record.site === pin.site, 'the event record is of another site');
  demand(record.time < BigInt(YEAR_10000) * 1000n, 'the time of the event record is none that a calendar shows');
  const leaf = recordLeaf(receipt.record);
  const { leafIndex, treeSize, hashes } = receipt.inclusion;
  demand(treeSize === checkpoint.size, 'the inclusion proof is for another size than the checkpoint');
  const included = verifyInclusion(leafIndex, treeSize, leaf, hashes, checkpoint.root);
  demand(included, 'the event record is not in the tree of the checkpoint at this index');
  if (receipt.opening !== undefined) checkOpening(record, receipt.opening);
  checkContent(record, receipt.content, receipt.opening, content);
  const { block, transaction, opening } = receipt;
  const claim = { record, leaf, leafIndex, transaction, block, checkpoint };
  const batch = checkLedger(claim, pin, ledger.openBlock);
  const successor = receipt.successor && checkSuccessor(receipt.successor, batch, pin, ledger.openEnvelope);
  const moved = checkAcrossMove(checkpoint, receipt.continuation, given, ledger.openBlock);
  const place = { leafIndex, treeSize, transaction, blockNumber: checkpoint.blockNumber };
  const onLedger = { endorsers: batch.endorsers, sentAt: batch.log.at, successor };
  const found = { record, opening, ...place, ...onLedger, contentCompared: content !== undefined, pin };
  return moved ? { ...found, moved } : found;
}

function whereItIs({ moved }: ProvenEvent): string {
  const proven = 'the event is on the ledger as the receipt says';
  if (moved === undefined) return proven;
  return moved.isShown
    ? `${proven}, and in the log that ${moved.adoption.endorsers.join(', ')} took over from there`
    : `${proven}, on the one before the log moved; that it is in the log taken over from there, this receipt does not show`;
}

function sentence(event: ProvenEvent): string {
  const { successor, pin } = event;
  const by = successor
    ? `found VALID by the peers of ${successor.endorsers.join(' and ')}, as their endorsement of the next batch shows`
    : `that it was found VALID there is so far the word of ${pin.site}`;
  return `${whereItIs(event)}; ${by}`;
}

/**
 * Checks a receipt against a pin, or against the one before it where the log has moved since: no network, no clock, nothing but the arguments. With `content` (the stored bytes of
 * the version) that is compared as well. Never throws for what is wrong with the receipt: the verdict says it, the
 * detail names the first difference. What it throws is a fault of the program, or a pin that cannot be used.
 */
export function verifyReceipt(
  receiptSource: string,
  pin: Pin,
  ledger: LedgerReader,
  content?: Uint8Array,
): Verification {
  try {
    const event = checked(receiptSource, pin, ledger, content);
    return { verdict: 'OK', detail: sentence(event), event };
  } catch (error) {
    if (error instanceof Mismatch) return { verdict: error.verdict, detail: error.message };
    if (error instanceof FormatError) return { verdict: 'ALTERED', detail: error.message };
    throw error;
  }
}
