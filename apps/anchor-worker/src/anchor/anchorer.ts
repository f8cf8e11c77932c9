import type { KeyObject } from 'node:crypto';
import {
  type AppendArgument,
  type BatchEvent,
  blockSha256,
  leafEntry,
  makeBatch,
  openBatch,
  type Pin,
  parkedRecord,
  recordLeaf,
  signCheckpoint,
} from '#libs/evidence';
import { openBlock } from '#libs/fabric-block';
import type { Ledger } from '#libs/ledger';
import type { CompactRange } from '#libs/merkle';
import {
  anchorBatch,
  anchoredTree,
  awaitsConsent,
  type BatchInFlight,
  batchInFlight,
  eventToPark,
  type Lease,
  numberedEvents,
  type OutboxEvent,
  type ParkedEvent,
  type Query,
  reliancesOf,
  replaceTransaction,
  saveBatch,
  type Transact,
  unnumberedEvents,
} from '#libs/store';
import { distinct, withinConsents } from './batch-events.js';
import { BatchLimit } from './batch-limit.js';
import type { ConsentAnchorer } from './consent-anchorer.js';
import { FoundInvalid, type Patience } from './patience.js';
import { type Prepared, prepare } from './prepare.js';
import { refusedEvent } from './refusal.js';
import { outcome, send } from './sending.js';

export interface AnchorerParts {
  query: Query;
  transact: Transact;
  ledger: Ledger;
  pin: Pin;
  key: KeyObject;
  patience: Patience;
  /** Takes the Consents that a batch relies on to the ledger before it. */
  consents: Pick<ConsentAnchorer, 'settle'>;
}

/** Takes events to the ledger, batch by batch: one in flight, each step saved before the next, so that it can be killed anywhere. */
export class Anchorer {
  private readonly batchLimit = new BatchLimit();
  /** The batch that is VALID and about to be stored as such, and the tree after it. */
  private ahead: { range: CompactRange; stored: Promise<void> } | undefined;

  constructor(private readonly parts: AnchorerParts) {}

  /** The events that have no place yet: how many the next batch would have. */
  async waiting(limit: number): Promise<number> {
    return (await unnumberedEvents(this.parts.query, limit)).length;
  }

  /** Settles the batch whose outcome is not known, if there is one. Gives the number of events anchored. */
  async settleInFlight(lease: Lease): Promise<number> {
    await this.finish().catch(() => undefined); // what failed is found in flight
    const batch = await batchInFlight(this.parts.query);
    if (batch === undefined) return 0;
    await this.settle(lease, batch, await this.parts.ledger.exists(batch.txId));
    return batch.size - batch.first;
  }

  /** Anchors the events that wait, at most one batch of them, and gives their number. None may be in flight. */
  async anchorNext(lease: Lease): Promise<number> {
    try {
      return await this.anchorOne(lease);
    } finally {
      await this.finish();
    }
  }

  /**
   * The same, batch after batch for as long as they are full: while one is being stored as VALID, the next is already endorsed on
   * top of it. It is saved and sent only when the one before it has been stored.
   */
  async anchorBacklog(lease: Lease, full: number, signal: AbortSignal): Promise<number> {
    let anchored = 0;
    try {
      for (let last = full; last >= full && !signal.aborted; anchored += last) last = await this.anchorOne(lease);
    } finally {
      await this.finish();
    }
    return anchored;
  }

  private async finish(): Promise<void> {
    const { ahead } = this;
    this.ahead = undefined;
    await ahead?.stored;
  }

  private async anchorOne(lease: Lease): Promise<number> {
    const { query, consents } = this.parts;
    const events = await unnumberedEvents(query, this.batchLimit.events);
    if (events.length === 0) return 0;
    const ids = events.map(({ id }) => id);
    // Seen after the events, so that every Consent they relied on is seen.
    if (await awaitsConsent(query, ids)) await consents.settle(lease);
    return this.anchorEvents(lease, withinConsents(events, await reliancesOf(query, ids)));
  }

  /** Halves what is refused for good, until the one event is found that is at fault; that one is parked, the others pass. */
  private async anchorEvents(lease: Lease, events: readonly OutboxEvent[]): Promise<number> {
    try {
      return await this.anchorBatchOf(lease, events, undefined);
    } catch (error) {
      const reason = refusedEvent(error);
      if (reason === undefined) throw error;
      if (events.length > 1) return this.anchorEvents(lease, events.slice(0, Math.ceil(events.length / 2)));
      return this.park(lease, events[0]!, reason);
    }
  }

  private async park(lease: Lease, { id, decision }: OutboxEvent, reason: string): Promise<number> {
    const record = parkedRecord(await eventToPark(this.parts.query, id), reason);
    const leaf = recordLeaf(record);
    return this.anchorBatchOf(lease, [{ id, decision, leaf }], { event: id, record, leaf, reason });
  }

  private async anchorBatchOf(lease: Lease, events: readonly OutboxEvent[], parked?: ParkedEvent): Promise<number> {
    const { query, transact, ledger } = this.parts;
    const before = this.ahead?.range ?? (await anchoredTree(query));
    const ids = events.map(({ id }) => id);
    const { argument, range } = await this.batchOf(before, events, parked ? [] : ids);
    const transaction = await this.batchLimit.during(() => prepare(ledger, 'append', argument));
    await this.finish();
    const first = before.size;
    await saveBatch(transact, lease, { first, range, events: ids, ...(parked && { parked }), ...transaction });
    const batch = { first, size: range.size, root: range.root(), ...transaction, ageSeconds: 0 };
    if (await this.isValid(batch, transaction.envelope === undefined)) this.storeAhead(lease, batch, range);
    else await this.renew(lease, batch);
    return events.length;
  }

  private async batchOf(
    before: CompactRange,
    events: readonly BatchEvent[],
    relying: readonly string[],
  ): Promise<ReturnType<typeof makeBatch>> {
    const { query, pin } = this.parts;
    return makeBatch(pin.site, before, events, distinct(await reliancesOf(query, relying)));
  }

  /** Sends the saved bytes unless they are on the ledger, learns the outcome, and acts on it. */
  private async settle(lease: Lease, batch: SavedBatch, onLedger: boolean): Promise<void> {
    if (!(await this.isValid(batch, onLedger))) return this.renew(lease, batch);
    await this.anchor(lease, batch, batch.txId);
  }

  private async isValid(batch: SavedBatch, onLedger: boolean): Promise<boolean> {
    const { ledger, patience } = this.parts;
    if (!onLedger && !(await send(ledger, batch, patience))) return false;
    return (await outcome(ledger, batch.txId, patience)).code === 'VALID';
  }

  private storeAhead(lease: Lease, batch: SavedBatch, range: CompactRange): void {
    const stored = this.anchor(lease, batch, batch.txId);
    stored.catch(() => undefined); // whoever finishes sees it
    this.ahead = { range, stored };
  }

  /**
   * Another transaction for the same leaves, sent once. Should the first one still arrive, the contract lets only one of the
   * two become VALID, and names it when it is asked again.
   */
  private async renew(lease: Lease, batch: SavedBatch): Promise<void> {
    const { transact, ledger, patience } = this.parts;
    const { txId, envelope } = await this.prepareAgain(batch);
    await replaceTransaction(transact, lease, batch.first, { txId, envelope });
    if (envelope !== undefined) {
      await ledger.submit(envelope, txId);
      const { code } = await outcome(ledger, txId, patience);
      if (code !== 'VALID') throw new FoundInvalid(code);
    }
    await this.anchor(lease, batch, txId);
  }

  private async prepareAgain(batch: SavedBatch): Promise<Prepared> {
    return prepare(this.parts.ledger, 'append', await this.argumentOf(batch));
  }

  private async argumentOf(batch: SavedBatch): Promise<AppendArgument> {
    const events = await this.eventsOf(batch);
    const ids = events.map(({ id }) => id);
    return (await this.batchOf(await anchoredTree(this.parts.query), events, ids)).argument;
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
