import type { KeyObject } from 'node:crypto';
import {
  type AppendArgument,
  blockSha256,
  leafEntry,
  makeBatch,
  openBatch,
  type Pin,
  signCheckpoint,
} from '#libs/evidence';
import { openBlock } from '#libs/fabric-block';
import { type Ledger, LedgerError } from '#libs/ledger';
import {
  anchorBatch,
  anchoredTree,
  type BatchInFlight,
  batchInFlight,
  type Lease,
  numberedEvents,
  type OutboxEvent,
  type Query,
  replaceTransaction,
  saveBatch,
  type Transact,
  unnumberedEvents,
} from '#libs/store';
import { BatchLimit } from './batch-limit.js';
import { prepareAppend } from './ledger-append.js';

/** How the worker finds out about a transaction, and when it gives one up. */
export interface Patience {
  /** Milliseconds to wait for a transaction that was handed over to be in a block. */
  statusMs: number;
  /** Age in seconds from which the ledger refuses a transaction, so that it can never become VALID any more. */
  deadAfterSeconds: number;
}

export interface AnchorerParts {
  query: Query;
  transact: Transact;
  ledger: Ledger;
  pin: Pin;
  key: KeyObject;
  patience: Patience;
}

/** The transaction was handed over, and the ledger did not say in time what became of it. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** The ledger found a second transaction for the batch invalid as well; asked again later. */
export class BatchInvalid extends Error {
  override readonly name = 'BatchInvalid';
  readonly code: string;

  constructor(code: string) {
    super(`the ledger found the transaction ${code}`);
    this.code = code;
  }
}

/** Takes events to the ledger, batch by batch: one in flight, each step saved before the next, so that it can be killed anywhere. */
export class Anchorer {
  private readonly batchLimit = new BatchLimit();

  constructor(private readonly parts: AnchorerParts) {}

  /** The events that have no place yet: how many the next batch would have. */
  async waiting(limit: number): Promise<number> {
    return (await unnumberedEvents(this.parts.query, limit)).length;
  }

  /** Settles the batch whose outcome is not known, if there is one. Gives the number of events anchored. */
  async settleInFlight(lease: Lease): Promise<number> {
    const batch = await batchInFlight(this.parts.query);
    if (batch === undefined) return 0;
    await this.settle(lease, batch, await this.parts.ledger.exists(batch.txId));
    return batch.size - batch.first;
  }

  /** Anchors the events that wait, at most one batch of them, and gives their number. None may be in flight. */
  async anchorNext(lease: Lease): Promise<number> {
    const { query, transact, ledger, pin } = this.parts;
    const events = await unnumberedEvents(query, this.batchLimit.events);
    if (events.length === 0) return 0;
    const before = await anchoredTree(query);
    const { argument, range } = makeBatch(pin.site, before, events);
    const transaction = await this.batchLimit.during(() => prepareAppend(ledger, argument));
    const first = before.size;
    await saveBatch(transact, lease, { first, range, events: events.map(({ id }) => id), ...transaction });
    const batch = { first, size: range.size, root: range.root(), ...transaction, ageSeconds: 0 };
    await this.settle(lease, batch, transaction.envelope === undefined);
    return events.length;
  }

  /** Sends the saved bytes unless they are on the ledger, learns the outcome, and acts on it. */
  private async settle(lease: Lease, batch: SavedBatch, onLedger: boolean): Promise<void> {
    if (!onLedger && !(await this.send(batch))) return this.renew(lease, batch);
    if ((await this.outcome(batch.txId)) !== 'VALID') return this.renew(lease, batch);
    await this.anchor(lease, batch, batch.txId);
  }

  private async outcome(txId: string): Promise<string> {
    const status = await this.parts.ledger.status(txId, this.parts.patience.statusMs);
    if (status === undefined) throw new OutcomeUnknown('the ledger has not said what became of the transaction');
    return status.code;
  }

  /** Hands the saved bytes over; false when they can never become VALID. The same bytes may be sent any number of times. */
  private async send({ envelope, txId, ageSeconds }: SavedBatch): Promise<boolean> {
    if (envelope === undefined || ageSeconds >= this.parts.patience.deadAfterSeconds) return false;
    try {
      await this.parts.ledger.submit(envelope, txId);
      return true;
    } catch (error) {
      if (error instanceof LedgerError && !error.retryable) return false;
      throw error;
    }
  }

  /**
   * Another transaction for the same leaves, sent once. Should the first one still arrive, the contract lets only one of the
   * two become VALID, and names it when it is asked again.
   */
  private async renew(lease: Lease, batch: SavedBatch): Promise<void> {
    const { transact, ledger } = this.parts;
    const { txId, envelope } = await prepareAppend(ledger, await this.argumentOf(batch));
    await replaceTransaction(transact, lease, batch.first, { txId, envelope });
    if (envelope !== undefined) {
      await ledger.submit(envelope, txId);
      const code = await this.outcome(txId);
      if (code !== 'VALID') throw new BatchInvalid(code);
    }
    await this.anchor(lease, batch, txId);
  }

  private async argumentOf(batch: SavedBatch): Promise<AppendArgument> {
    const { query, pin } = this.parts;
    return makeBatch(pin.site, await anchoredTree(query), await this.eventsOf(batch)).argument;
  }

  private eventsOf({ first, size }: SavedBatch): Promise<OutboxEvent[]> {
    return numberedEvents(this.parts.query, first, size);
  }

  /** Stores block and signed checkpoint after finding in the block exactly the leaves of the batch. */
  private async anchor(lease: Lease, batch: SavedBatch, txId: string): Promise<void> {
    const { transact, ledger, pin, key } = this.parts;
    const block = await ledger.block(txId);
    const { log, blockNumber } = openBatch(block, txId, pin, openBlock);
    const events = await this.eventsOf(batch);
    const same =
      log.first === batch.first &&
      log.root.equals(batch.root) &&
      Buffer.concat(log.entries).equals(Buffer.concat(events.map(({ decision, leaf }) => leafEntry(decision, leaf))));
    if (!same) throw new Error('the ledger has other leaves than the outbox in the place of this batch');
    const { size, root } = log;
    const place = { txId, blockNumber, blockSha256: blockSha256(block) };
    const checkpoint = signCheckpoint({ origin: pin.origin, size, root, ...place }, key);
    const leaves = events.map(({ leaf }) => leaf);
    await anchorBatch(transact, lease, { first: batch.first, leaves }, { txId, blockNumber, block, checkpoint });
  }
}

type SavedBatch = Omit<BatchInFlight, 'envelope'> & { envelope: Uint8Array | undefined };
