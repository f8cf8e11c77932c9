import { unavailable } from '#libs/fhir-model';
import type { Session } from '../postgres/database.js';
import { prepared } from '../postgres/statement.js';
import { eventCtes } from './event-ctes.js';
import type { EventRow } from './event-row.js';

interface Waiting {
  readonly rows: readonly EventRow[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Events in one insert; what is beyond waits for the next. */
const LARGEST = 2_000;
/** Inserts under way at once. While they run, those who come gather for the next. */
const PARALLEL = 2;
/** Events that may wait; beyond that the server is too busy. */
const MOST_WAITING = 50_000;

/**
 * Makes events durable together: all who ask in one turn of the event loop share one insert and one commit, and all who ask
 * while inserts are under way share the next. An event that Postgres refuses fails alone.
 */
export class GroupCommit {
  #queue: Waiting[] = [];
  #events = 0;
  #running = 0;
  #scheduled = false;
  readonly #session: Session;
  readonly #done: () => void;

  /** `done` is called after each insert. */
  constructor(session: Session, done: () => void) {
    this.#session = session;
    this.#done = done;
  }

  /** Resolves when these events are durable. */
  record(rows: readonly EventRow[]): Promise<void> {
    if (rows.length === 0) return Promise.resolve();
    if (this.#events + rows.length > MOST_WAITING)
      return Promise.reject(unavailable('Too many requests are waiting', 2));
    this.#events += rows.length;
    return new Promise((resolve, reject) => {
      this.#queue.push({ rows, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#running >= PARALLEL || this.#queue.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const group = this.#next();
    this.#running += 1;
    await this.#settle(group);
    this.#running -= 1;
    this.#done();
    this.#schedule();
  }

  #next(): Waiting[] {
    let size = 0;
    const beyond = this.#queue.findIndex(({ rows }, index) => {
      size += rows.length;
      return index > 0 && size > LARGEST;
    });
    const group = this.#queue.splice(0, beyond === -1 ? this.#queue.length : beyond);
    this.#events -= group.reduce((sum, { rows }) => sum + rows.length, 0);
    return group;
  }

  async #settle(group: Waiting[]): Promise<void> {
    try {
      await this.#insert(group.flatMap(({ rows }) => rows));
      for (const { resolve } of group) resolve();
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error);
      else await Promise.all(group.map((one) => this.#settle([one])));
    }
  }

  async #insert(rows: readonly EventRow[]): Promise<void> {
    await this.#session.run(prepared((bind) => `WITH ${eventCtes(rows, bind).join(', ')} SELECT count(*) FROM e`));
  }
}
