import { type Batch, makeBatch, type Pin } from '#libs/evidence';
import type { CompactRange } from '#libs/merkle';
import {
  awaitsConsent,
  type EventReliance,
  type Lease,
  type OutboxEvent,
  type ParkedEvent,
  type Query,
  reliancesOf,
  unnumberedEvents,
} from '#libs/store';
import { distinct, withinConsents } from './batch-events.js';
import type { ConsentAnchorer } from './consent-anchorer.js';

/** A batch that is worked out, but neither endorsed nor saved. */
export interface Draft {
  events: readonly OutboxEvent[];
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
    if (waiting.length === 0) return undefined;
    const ids = waiting.map(({ id }) => id);
    const relied = await reliancesOf(query, ids);
    // Seen after the events, so that every Consent they relied on is seen.
    if (relied.length > 0 && (await awaitsConsent(query, ids))) await consents.settle(lease);
    return this.draft(before, withinConsents(waiting, relied), relied);
  }

  /** Of just these events. */
  async of(before: CompactRange, events: readonly OutboxEvent[]): Promise<Draft> {
    const ids = events.map(({ id }) => id);
    return this.draft(before, events, await reliancesOf(this.parts.query, ids));
  }

  /** Of what stands in the place of one event: its leaf says nothing of what was decided, so it relies on nothing. */
  parked(before: CompactRange, { decision }: OutboxEvent, parked: ParkedEvent): Draft {
    return { ...this.draft(before, [{ id: parked.event, decision, leaf: Buffer.from(parked.leaf) }], []), parked };
  }

  private draft(before: CompactRange, events: readonly OutboxEvent[], relied: readonly EventReliance[]): Draft {
    const among = new Set(relied.length === 0 ? [] : events.map(({ id }) => id));
    const consents = distinct(relied.filter(({ event }) => among.has(event)));
    return { before, events, batch: attempted(() => makeBatch(this.parts.pin.site, before, events, consents)) };
  }
}

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
