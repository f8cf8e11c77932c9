import { unavailable } from '#libs/fhir-model';

/** How work is gathered. */
export interface Gathering {
  /** Groups under way at once. While they are, those who come gather for the next. */
  readonly parallel: number;
  /** Size of a group; what is beyond waits for the next. */
  readonly largest: number;
  /** Size of what may wait; beyond that the server is too busy. */
  readonly mostWaiting: number;
  /** Milliseconds that one must have been under way before another begins beside it; 0 if not given. */
  readonly apart?: number;
}

/** What may be in one group, and what becomes of one that fails. */
export interface Kinds<Item> {
  /** Only items of one kind are done together. */
  readonly kindOf: (item: Item) => string;
  /** Whether nothing was done, and perhaps because of a single item: then each is tried alone. */
  readonly mayBeOfOne: (error: unknown) => boolean;
}

const ALIKE: Kinds<unknown> = { kindOf: () => '', mayBeOfOne: () => true };

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

const RETRY_AFTER_SECONDS = 2;

/**
 * Does together what is asked for together: all who ask in one turn of the event loop are one group, and so are all who ask
 * while the groups before them are under way. Of a group that fails each is tried alone, and fails alone, unless the kinds say
 * otherwise.
 */
export class Groups<Item, Result> {
  #queue: Waiting<Item, Result>[] = [];
  #size = 0;
  #running = 0;
  #scheduled = false;
  #lastBegun = 0;
  #later: NodeJS.Timeout | undefined;

  /** `work` gives one result for each item, in their order. */
  constructor(
    private readonly work: (items: readonly Item[]) => Promise<readonly Result[]>,
    private readonly gathering: Gathering,
    private readonly sizeOf: (item: Item) => number = () => 1,
    private readonly kinds: Kinds<Item> = ALIKE,
  ) {}

  /** @throws FhirError 503 where too many wait already. */
  add(item: Item): Promise<Result> {
    const size = this.sizeOf(item);
    if (this.#size + size > this.gathering.mostWaiting)
      return Promise.reject(unavailable('Too many requests are waiting', RETRY_AFTER_SECONDS));
    this.#size += size;
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#running >= this.gathering.parallel || this.#queue.length === 0) return;
    if (this.#running > 0 && this.#isTooSoon()) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#doNext();
    });
  }

  /** Whether one began so lately that the next waits for it: then this is seen to again later. */
  #isTooSoon(): boolean {
    const wait = this.#lastBegun + (this.gathering.apart ?? 0) - performance.now();
    if (wait <= 0) return false;
    if (this.#later === undefined)
      this.#later = setTimeout(() => {
        this.#later = undefined;
        this.#schedule();
      }, wait);
    return true;
  }

  async #doNext(): Promise<void> {
    const group = this.#next();
    this.#running += 1;
    this.#lastBegun = performance.now();
    // Those of another kind need not wait for these.
    this.#schedule();
    await this.#settle(group);
    this.#running -= 1;
    this.#schedule();
  }

  /** Those like the one that has waited longest, as many as make a group. */
  #next(): Waiting<Item, Result>[] {
    const group: Waiting<Item, Result>[] = [];
    const others: Waiting<Item, Result>[] = [];
    const kind = this.#queue[0] && this.kinds.kindOf(this.#queue[0].item);
    let size = 0;
    for (const one of this.#queue) {
      const next = size + this.sizeOf(one.item);
      const fits = group.length === 0 || next <= this.gathering.largest;
      if (fits && this.kinds.kindOf(one.item) === kind) {
        group.push(one);
        size = next;
      } else others.push(one);
    }
    this.#queue = others;
    this.#size -= size;
    return group;
  }

  async #settle(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.work(group.map(({ item }) => item));
      for (const [at, { resolve }] of group.entries()) resolve(results[at] as Result);
    } catch (error) {
      if (group.length > 1 && this.kinds.mayBeOfOne(error)) {
        await Promise.all(group.map((one) => this.#settle([one])));
      } else for (const { reject } of group) reject(error);
    }
  }
}
