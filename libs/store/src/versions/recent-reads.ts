import { LRUCache } from 'lru-cache';
import type { Permit } from '#libs/consent';
import type { Found } from '../read-result.js';
import type { DecidedBy } from './decided-by.js';
import type { DecidedRow, Lookup } from './lookup.js';

/** What a look-up found, and by what it is seen whether it would find the same again. */
export interface Seen {
  readonly pid: string;
  /** Transaction that wrote the row as it is: every change of the row changes it. */
  readonly row: string;
  /** Wrapped key of the patient; null where there is none. */
  readonly key: Buffer | null;
  readonly consent: DecidedBy;
  readonly result: Found;
}

/** What is kept of versions, in bytes, and the largest that is. */
const KEPT = 32 * 1024 * 1024;
const LARGEST = 64 * 1024;
/** What an entry takes beside its content. */
const BESIDE = 2048;
/** Milliseconds after which a version is read and opened anew, however often it was asked for. */
const FOR = 60_000;

/**
 * What was shown lately, kept for whom it was shown to. It decides nothing and answers nothing: it lets the event of a read be made
 * before the statement that reads, which looks whether all is still so. Nobody gets an answer faster, or slower, by what others were shown.
 */
export class RecentReads {
  readonly #seen = new LRUCache<string, Seen>({
    maxSize: KEPT,
    maxEntrySize: LARGEST,
    sizeCalculation: ({ result }) => result.version.bytes.length + BESIDE,
    ttl: FOR,
  });

  find(lookup: Lookup): Seen | undefined {
    return this.#seen.get(nameOf(lookup));
  }

  keep(lookup: Lookup, row: DecidedRow, result: Found): void {
    const { pid, row: written, patient_key: key, consent } = row;
    this.#seen.set(nameOf(lookup), { pid, row: written, key, consent, result });
  }

  forget(lookup: Lookup): void {
    this.#seen.delete(nameOf(lookup));
  }
}

const numbers = new WeakMap<Permit, number>();
let permits = 0;

function nameOf({ type, id, version, permit }: Lookup): string {
  let number = numbers.get(permit);
  if (number === undefined) {
    permits += 1;
    number = permits;
    numbers.set(permit, number);
  }
  return `${number} ${type}/${id}/${version ?? ''}`;
}
