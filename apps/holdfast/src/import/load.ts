import type { FhirConnection } from './fhir-connection.js';
import { inParallel } from './in-parallel.js';
import { InTurn } from './in-turn.js';
import type { Progress } from './progress.js';
import { readSources, type SourceFile } from './read-sources.js';
import { isUnreadable, type SourceItem } from './source-item.js';
import { type Refused, type Stored, storeResource } from './store-resource.js';

/** Requests under way at a time. */
export const WORKERS = 8;

/** What became of every item, in the order in which it was known. */
export interface Loaded {
  stored: Stored[];
  refused: Refused[];
}

/**
 * Stores everything in `files`. Consents go last, so that none of them stands in the way of what is still to be written.
 * Resources of one type and id are sent one after the other, in order.
 * @throws ConnectionError
 */
export async function load(connection: FhirConnection, files: SourceFile[], progress: Progress): Promise<Loaded> {
  const loaded: Loaded = { stored: [], refused: [] };
  const turns = new InTurn();
  const work = async (item: SourceItem) => {
    const outcome = isUnreadable(item)
      ? { name: item.name, reason: item.reason }
      : await turns.run(keyOf(item), () => storeResource(connection, item));
    if ('reason' in outcome) loaded.refused.push(outcome);
    else loaded.stored.push(outcome);
    progress.advance(item.bytes.length);
  };
  await inParallel(
    only(files, (item) => !isConsent(item)),
    WORKERS,
    work,
  );
  await inParallel(only(files, isConsent), WORKERS, work);
  return loaded;
}

async function* only(files: SourceFile[], wanted: (item: SourceItem) => boolean): AsyncGenerator<SourceItem> {
  for await (const item of readSources(files)) if (wanted(item)) yield item;
}

function isConsent(item: SourceItem): boolean {
  return !isUnreadable(item) && item.type === 'Consent';
}

function keyOf(item: { name: string; type: string; id?: string }): string {
  return item.id === undefined ? item.name : `${item.type}/${item.id}`;
}
