import { Inject, Injectable } from '@nestjs/common';
import type { Services } from '#libs/interactions';
import { type Backlog, backlog } from '#libs/store';
import { SERVICES } from './tokens.js';

/** More than so many waiting events are not counted: the figure then means "at least". */
const MOST_COUNTED = 100_000;

/** What waits for the ledger: the window in which an event could vanish unseen. */
@Injectable()
export class Lag {
  constructor(@Inject(SERVICES) private readonly services: Services) {}

  now(): Promise<Backlog> {
    const { dataSource } = this.services.store;
    return backlog((sql, values) => dataSource.query(sql, values), MOST_COUNTED);
  }
}
