import { Inject, Injectable } from '@nestjs/common';
import type { Services } from '#libs/interactions';
import { type Backlog, backlog, type ProjectionLag, projectionLag, type Query, refusedForGood } from '#libs/store';
import { SERVICES } from './tokens.js';

/** More than so many waiting events are not counted: the figure then means "at least". */
const MOST_COUNTED = 100_000;

/** The backlog, how far the ledger has been followed, and how much of ours it has refused for good. */
export interface LedgerLag extends Backlog {
  /** Absent until the ledger has been followed for the first time. */
  followed?: ProjectionLag;
  refusedForGood: number;
}

/** What waits for the ledger: the window in which an event could vanish unseen. */
@Injectable()
export class Lag {
  constructor(@Inject(SERVICES) private readonly services: Services) {}

  async now(): Promise<LedgerLag> {
    const { dataSource } = this.services.store;
    const query: Query = (sql, values) => dataSource.query(sql, values);
    const followed = await projectionLag(query);
    const { events, consents } = await refusedForGood(query);
    const refused = events.length + consents.length;
    return { ...(await backlog(query, MOST_COUNTED)), ...(followed && { followed }), refusedForGood: refused };
  }
}
