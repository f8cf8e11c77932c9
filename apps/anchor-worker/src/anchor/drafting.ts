import { type Batch, FormatError, LEAF_ENTRY_SIZE, leafEntry, makeBatch, type Pin } from '#libs/evidence';
import type { CompactRange } from '#libs/merkle';
import {
  awaitsConsent,
  countOf,
  type EventReliance,
  eventsOf,
  type IdRanges,
  type Lease,
  type OutboxEvents,
  type ParkedEvent,
  type Query,
  reliancesOf,
  unnumberedEvents,
} from '#libs/store';
import { distinct, withinConsents } from './batch-events.js';
import type { ConsentAnchorer } from './consent-anchorer.js';

/** A batch that is worked out, but neither endorsed nor saved. */
export interface Draft {
  events: OutboxEvents;
  /** Worked out by now. Throws FormatError when one of the events can be in no batch. */
  batch: () => Batch;
  /** The tree that it is appended to. */
  before: CompactRange;
  /** Stands in the place of the one event. */
  parked?: ParkedEvent;
}

export interface DraftingParts {
  query: Query;
  pin: Pin;
  /** Takes the Consents that a batch relies on to the ledger before it. */
  consents: Pick<ConsentAnchorer, 'settle'>;
}

/** Works out batches. */
export class Drafting {
  constructor(private readonly parts: DraftingParts) {}

  /** Of the oldest events that have no place yet, at most `most`, to be appended to `before`; undefined when there are none. */
  async next(lease: Lease, before: CompactRange, most: number): Promise<Draft | undefined> {
    const { query, consents } = this.parts;
    const waiting = await unnumberedEvents(query, most);
    const { ids } = waiting;
    if (ids.length === 0) return undefined;
    const relied = await reliancesOf(query, ids);
    // Seen after the events, so that every Consent they relied on is seen.
    if (relied.length > 0 && (await awaitsConsent(query, ids))) await consents.settle(lease);
    const within = withinConsents(ids, relied);
    if (within !== ids) return this.ofThose(before, within);
    return this.draft(before, waiting, relied);
  }

  /** Of just these events. */
  async of(before: CompactRange, events: OutboxEvents): Promise<Draft> {
    return this.draft(before, events, await reliancesOf(this.parts.query, events.ids));
  }

  /** Of the events with just these ids. */
  async ofThose(before: CompactRange, ids: IdRanges): Promise<Draft> {
    return this.of(before, await eventsOf(this.parts.query, ids));
  }

  /** Of what stands in the place of one event: its leaf says nothing of what was decided, so it relies on nothing. */
  parked(before: CompactRange, { ids, entries }: OutboxEvents, parked: ParkedEvent): Draft {
    const entry = leafEntry(entries[0] === PERMIT ? 'permit' : 'deny', parked.leaf);
    return { ...this.draft(before, { ids, entries: entry }, []), parked };
  }

  private draft(before: CompactRange, events: OutboxEvents, relied: readonly EventReliance[]): Draft {
    const { ids, entries } = events;
    const make = () => {
      if (entries.length !== countOf(ids) * LEAF_ENTRY_SIZE) throw new FormatError('a leaf hash has 32 bytes');
      return makeBatch(this.parts.pin.site, before, entries, distinct(relied));
    };
    return { before, events, batch: attempted(make) };
  }
}

/** Of a leaf entry, the first byte. */
const PERMIT = 1;

/** Does it now; gives the result, or throws, when it is asked for. */
function attempted<T>(work: () => T): () => T {
  try {
    const result = work();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
