import type { FhirConnection } from './fhir-connection.js';
import { inParallel } from './in-parallel.js';
import { InTurn } from './in-turn.js';
import type { Progress } from './progress.js';
import { readSources, type SourceFile } from './read-sources.js';
import { isBundle, isUnreadable, type SourceBundle, type SourceItem } from './source-item.js';
import { storeBundle } from './store-bundle.js';
import { type Refused, type Stored, storeResource } from './store-resource.js';

/** Requests under way at a time, if nothing else is said. */
export const WORKERS = 8;

/** What became of every item, in the order in which it was known. */
export interface Loaded {
  /** How many resources were stored. */
  count: number;
  /** Each of them, where they are to be looked at again; else there may be too many to remember. */
  stored: Stored[];
  refused: Refused[];
}

/**
 * Stores everything in `files`. Consents go last, so that none of them stands in the way of what is still to be written.
 * Resources of one type and id are sent one after the other, in order. The first batch or transaction goes alone: what it makes,
 * the others may refer to.
 * @throws ConnectionError
 */
export function load(
  connection: FhirConnection,
  files: SourceFile[],
  progress: Progress,
  { remember, parallel = WORKERS }: { remember: boolean; parallel?: number },
): Promise<Loaded> {
  return new Loading(connection, progress, remember, parallel).run(files);
}

class Loading {
  readonly #loaded: Loaded = { count: 0, stored: [], refused: [] };
  readonly #turns = new InTurn();
  #first: Promise<void> | undefined;
  #consents = 0;

  constructor(
    private readonly connection: FhirConnection,
    private readonly progress: Progress,
    private readonly remember: boolean,
    private readonly parallel: number,
  ) {}

  async run(files: SourceFile[]): Promise<Loaded> {
    await inParallel(readSources(files), this.parallel, async (item) => {
      if (isConsent(item)) this.#consents += 1;
      else await this.#done(item);
    });
    if (this.#consents > 0) await inParallel(consentsOf(files), this.parallel, (item) => this.#done(item));
    return this.#loaded;
  }

  async #done(item: SourceItem): Promise<void> {
    if (isBundle(item)) return this.#bundle(item);
    const outcome = isUnreadable(item)
      ? { name: item.name, reason: item.reason }
      : await this.#turns.run(keyOf(item), () => storeResource(this.connection, item, this.remember));
    if ('reason' in outcome) this.#keep(item, [], [outcome]);
    else this.#keep(item, [outcome], []);
  }

  async #bundle(item: SourceBundle): Promise<void> {
    const send = async () => {
      const { stored, refused } = await storeBundle(this.connection, item, this.remember);
      this.#keep(item, stored, refused);
    };
    if (this.#first === undefined) {
      this.#first = send();
      return this.#first;
    }
    await this.#first;
    await send();
  }

  #keep({ bytes }: SourceItem, stored: readonly Stored[], refused: readonly Refused[]): void {
    this.#loaded.count += stored.length;
    if (this.remember) this.#loaded.stored.push(...stored);
    this.#loaded.refused.push(...refused);
    this.progress.advance(bytes.length, stored.length + refused.length);
  }
}

async function* consentsOf(files: SourceFile[]): AsyncGenerator<SourceItem> {
  for await (const item of readSources(files)) if (isConsent(item)) yield item;
}

function isConsent(item: SourceItem): boolean {
  return 'type' in item && item.type === 'Consent';
}

function keyOf(item: { name: string; type: string; id?: string }): string {
  return item.id === undefined ? item.name : `${item.type}/${item.id}`;
}
