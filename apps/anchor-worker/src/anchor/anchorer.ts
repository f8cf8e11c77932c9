import type { KeyObject } from 'node:crypto';
import { type AnchoredBatch, blockSha256, type Pin, parkedRecord, recordLeaf, signCheckpoint } from '#libs/evidence';
import { type Ledger, LedgerError } from '#libs/ledger';
import type { CompactRange } from '#libs/merkle';
import {
  anchorBatch,
  anchoredTree,
  type BatchInFlight,
  batchInFlight,
  below,
  countOf,
  eventToPark,
  idAt,
  type Lease,
  numberedEvents,
  type Query,
  replaceTransaction,
  type SignedTransaction,
  saveBatch,
  type Transact,
  unnumberedEvents,
} from '#libs/store';
import type { OpenedBlocks } from '../follow/opened-blocks.js';
import { BatchLimit } from './batch-limit.js';
import type { ConsentAnchorer } from './consent-anchorer.js';
import { type Draft, Drafting } from './drafting.js';
import { FoundInvalid, type Patience } from './patience.js';
import { type Prepared, prepare } from './prepare.js';
import { ownRefusal, refusedEvent } from './refusal.js';
import { outcome, send } from './sending.js';
import { NotYet, within } from './within.js';

/** So long the events of a batch may be on their way to their places, in an open transaction, before the batch is endorsed. */
const OPEN_MS = 2_000;

export interface AnchorerParts {
  query: Query;
  transact: Transact;
  ledger: Ledger;
  pin: Pin;
  key: KeyObject;
  patience: Patience;
  /** Takes the Consents that a batch relies on to the ledger before it. */
  consents: Pick<ConsentAnchorer, 'settle'>;
  /** Opens blocks, and remembers what they say for who follows the ledger. */
  blocks: OpenedBlocks;
  /** Hears how many events have been anchored, batch by batch. */
  anchored?: (events: number) => void;
}

/** Takes events to the ledger, batch by batch: one in flight, each step saved before the next, so that it can be killed anywhere. */
export class Anchorer {
  private readonly batchLimit = new BatchLimit();
  private readonly drafting: Drafting;
  /** The batch that is VALID and about to be stored as such, and the tree after it. */
  private ahead: { range: CompactRange; stored: Promise<void> } | undefined;
  /** The batch after the one that is being sent, where more are wanted. */
  private next: Promise<Draft | undefined> | undefined;

  constructor(private readonly parts: AnchorerParts) {
    this.drafting = new Drafting(parts);
  }

  /** The events that have no place yet: how many the next batch would have. */
  async waiting(limit: number): Promise<number> {
    return countOf((await unnumberedEvents(this.parts.query, limit)).ids);
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
      return await this.anchorOne(lease, false);
    } finally {
      await this.finish();
    }
  }

  /**
   * The same, batch after batch for as long as they are full: while one is on its way, the next is worked out; while it is being
   * stored as VALID, the next is endorsed on top of it, and its events get their places. It is saved, whole, and sent only
   * when the one before it has been stored.
   */
  async anchorBacklog(lease: Lease, full: number, signal: AbortSignal): Promise<number> {
    let anchored = 0;
    try {
      for (let last = full; last >= full && !signal.aborted; anchored += last) last = await this.anchorOne(lease, true);
    } finally {
      this.next = undefined;
      await this.finish();
    }
    return anchored;
  }

  private async finish(): Promise<void> {
    const { ahead } = this;
    await ahead?.stored.finally(() => {
      if (this.ahead === ahead) this.ahead = undefined;
    });
  }

  private async anchorOne(lease: Lease, more: boolean): Promise<number> {
    const { next } = this;
    this.next = undefined;
    const draft = await (next ?? this.draft(lease, await this.tree()));
    return draft === undefined ? 0 : this.anchorDraft(lease, draft, more);
  }

  private async tree(): Promise<CompactRange> {
    return this.ahead?.range ?? anchoredTree(this.parts.query);
  }

  private draft(lease: Lease, before: CompactRange): Promise<Draft | undefined> {
    return this.drafting.next(lease, before, this.batchLimit.events);
  }

  /** Halves what is refused for good, until the one event is found that is at fault; that one is parked, the others pass. */
  private async anchorDraft(lease: Lease, draft: Draft, more: boolean): Promise<number> {
    try {
      return await this.anchorWhole(lease, draft, more);
    } catch (error) {
      const reason = refusedEvent(error);
      if (reason === undefined) throw error;
      const { before, events } = draft;
      const number = countOf(events.ids);
      if (number === 1) return this.park(lease, draft, await this.confirmed(error, draft));
      const half = below(events.ids, idAt(events.ids, Math.ceil(number / 2)));
      return this.anchorDraft(lease, await this.drafting.ofThose(before, half), false);
    }
  }

  /** The reason, if our own peer has it too. Throws otherwise. */
  private async confirmed(error: unknown, draft: Draft): Promise<string> {
    if (!(error instanceof LedgerError)) return refusedEvent(error)!; // nobody was asked
    const { ledger, pin } = this.parts;
    return ownRefusal(
      ledger,
      { fn: 'append', argument: draft.batch().argument, mspId: pin.mspId },
      error,
      refusedEvent,
    );
  }

  private async park(lease: Lease, { before, events }: Draft, reason: string): Promise<number> {
    const event = idAt(events.ids, 0);
    const record = parkedRecord(await eventToPark(this.parts.query, event), reason);
    const parked = { event, record, leaf: recordLeaf(record), reason };
    return this.anchorWhole(lease, this.drafting.parked(before, events, parked), false);
  }

  private async anchorWhole(lease: Lease, draft: Draft, more: boolean): Promise<number> {
    const { events, before } = draft;
    const { range } = draft.batch();
    const transaction = await this.save(lease, draft);
    if (more) this.draftNext(lease, range);
    const batch = { first: before.size, size: range.size, root: range.root(), ...transaction, ageSeconds: 0 };
    if (await this.isValid(batch, transaction.envelope === undefined)) this.storeAhead(lease, batch, draft);
    else await this.renew(lease, batch);
    return countOf(events.ids);
  }

  private draftNext(lease: Lease, before: CompactRange): void {
    this.next = this.draft(lease, before);
    this.next.catch(() => undefined); // whoever takes it sees it
  }

  /**
   * Endorsed and saved. The events get their places while the batch is being endorsed and the one before it stored, unless that takes
   * long: then the transaction is not kept open for it.
   */
  private async save(lease: Lease, draft: Draft): Promise<SignedTransaction> {
    const { transact } = this.parts;
    const { before, events, parked } = draft;
    const { range } = draft.batch();
    const batch = { first: before.size, range, events: events.ids, ...(parked && { parked }) };
    const ready = this.batchLimit
      .during(() => this.endorsed(draft))
      .then(async (transaction) => {
        await this.finish();
        return transaction;
      });
    ready.catch(() => undefined); // seen where it is awaited
    const soon = within(ready, OPEN_MS);
    soon.catch(() => undefined); // not awaited where the places cannot be given
    try {
      return await saveBatch(transact, lease, { ...batch, transaction: soon });
    } catch (error) {
      if (!(error instanceof NotYet)) throw error;
      return saveBatch(transact, lease, { ...batch, transaction: await ready });
    }
  }

  /** What the ledger says it has done before is looked at: one endorser's word alone would send the log astray. */
  private async endorsed(draft: Draft): Promise<Prepared> {
    const { ledger } = this.parts;
    const { argument, range } = draft.batch();
    const prepared = await prepare(ledger, 'append', argument);
    const { before, events } = draft;
    if (prepared.envelope === undefined)
      await this.opened(prepared.txId, { first: before.size, root: range.root() }, events.entries);
    return prepared;
  }

  /** Sends the saved bytes unless they are on the ledger, learns the outcome, and acts on it. */
  private async settle(lease: Lease, batch: SavedBatch, onLedger: boolean): Promise<void> {
    if (!(await this.isValid(batch, onLedger))) return this.renew(lease, batch);
    await this.anchor(lease, batch, batch.txId, await this.draftOf(batch));
  }

  private async isValid(batch: SavedBatch, onLedger: boolean): Promise<boolean> {
    const { ledger, patience } = this.parts;
    const known = outcome(ledger, batch.txId, patience); // asked for meanwhile: the ledger answers when it is in a block
    known.catch(() => undefined);
    if (!onLedger && !(await send(ledger, batch, patience))) return false;
    return (await known).code === 'VALID';
  }

  private storeAhead(lease: Lease, batch: SavedBatch, draft: Draft): void {
    const stored = this.anchor(lease, batch, batch.txId, draft);
    stored.catch(() => undefined); // whoever finishes sees it
    this.ahead = { range: draft.batch().range, stored };
  }

  /**
   * Another transaction for the same leaves, sent once. Should the first one still arrive, the contract lets only one of the
   * two become VALID, and names it when it is asked again.
   */
  private async renew(lease: Lease, batch: SavedBatch): Promise<void> {
    const { transact, ledger, patience } = this.parts;
    const draft = await this.draftOf(batch);
    const { txId, envelope } = await this.endorsed(draft);
    await replaceTransaction(transact, lease, batch.first, { txId, envelope });
    if (envelope !== undefined) {
      await ledger.submit(envelope, txId);
      const { code } = await outcome(ledger, txId, patience);
      if (code !== 'VALID') throw new FoundInvalid(code);
    }
    await this.anchor(lease, batch, txId, draft);
  }

  private async draftOf({ first, size }: SavedBatch): Promise<Draft> {
    const { query } = this.parts;
    return this.drafting.of(await anchoredTree(query), await numberedEvents(query, first, size));
  }

  /** Stores block and signed checkpoint after finding in the block exactly the leaves of the batch. */
  private async anchor(lease: Lease, batch: SavedBatch, txId: string, { events, batch: made }: Draft): Promise<void> {
    const { transact, pin, key } = this.parts;
    const { block, log, blockNumber } = await this.opened(txId, batch, events.entries);
    const { size, root } = log;
    const place = { txId, blockNumber, blockSha256: blockSha256(block) };
    const checkpoint = signCheckpoint({ origin: pin.origin, size, root, ...place }, key);
    const { first } = batch;
    await anchorBatch(transact, lease, { first, growth: made().growth }, { txId, blockNumber, block, checkpoint });
    this.parts.anchored?.(countOf(events.ids));
  }

  /** The block of the transaction, in which exactly these leaves stand in this place. Throws Mismatch or Error where they do not. */
  private async opened(
    txId: string,
    { first, root }: Place,
    entries: Buffer,
  ): Promise<AnchoredBatch & { block: Uint8Array }> {
    const { ledger, blocks } = this.parts;
    const block = await ledger.block(txId);
    const batch = blocks.batch(block, txId);
    const same = batch.log.first === first && batch.log.root.equals(root) && batch.log.entries.equals(entries);
    if (!same) throw new Error('the ledger has other leaves than the outbox in the place of this batch');
    return { block, ...batch };
  }
}

type Place = Pick<BatchInFlight, 'first' | 'root'>;

type SavedBatch = Omit<BatchInFlight, 'envelope'> & { envelope: Uint8Array | undefined };
