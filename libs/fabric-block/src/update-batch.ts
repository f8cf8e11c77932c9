// Hyperledger Fabric 3.1, core/ledger/kvledger/txmgmt: what the valid transactions of a block leave in the state
import { encodeStateMetadata } from './key-metadata.js';
import type { MetadataWrite, NamespaceSet, Version } from './read-write-set.js';
import { sha256 } from './sha256.js';
import { compareUtf8 } from './utf8-order.js';

/**
 * Where a value lives. In a collection only hashes are seen: `key` is then the hash of the key in lower-case hex, and
 * the value a hash too.
 */
export interface StateKey {
  namespace: string;
  collection?: string | undefined;
  key: string;
}

/** One key as the block leaves it. */
export interface StateUpdate extends StateKey {
  /** Undefined: deleted. */
  value: Uint8Array | undefined;
  /** As `encodeStateMetadata` gives them; kept with the key, not part of COMMIT_HASH. */
  metadata?: Uint8Array | undefined;
  version: Version;
}

/** A key as it is before the block; undefined where it does not exist. */
export type StateLookup = (
  namespace: string,
  key: string,
  collection?: string,
) => Pick<StateUpdate, 'value' | 'metadata'> | undefined;

interface Change extends StateKey {
  value?: Uint8Array;
  deleted?: boolean;
  /** Null: removed. */
  metadata?: Uint8Array | null;
}

/**
 * Collects the writes of the valid transactions of one block, in their order. A later write of a key replaces the
 * earlier.
 */
export class UpdateBatch {
  readonly #updates = new Map<string, StateUpdate>();
  readonly #block: number;
  readonly #state: StateLookup;

  constructor(block: number, state: StateLookup) {
    this.#block = block;
    this.#state = state;
  }

  /** The pending update of a key, if a transaction of this block has written it. */
  get(namespace: string, key: string, collection?: string): StateUpdate | undefined {
    return this.#updates.get(name({ namespace, key, collection }));
  }

  /**
   * Takes the writes of the valid transaction at `index`. A value written alone keeps the metadata of the key,
   * metadata written alone keep its value; metadata for a key that does not exist are dropped.
   */
  apply(index: number, sets: readonly NamespaceSet[]): void {
    const version = { block: this.#block, transaction: index };
    for (const change of changes(sets)) {
      const update = this.#merge(change, version);
      if (update) this.#updates.set(name(change), update);
    }
  }

  updates(): StateUpdate[] {
    return [...this.#updates.values()];
  }

  /**
   * Pending updates of public keys with startKey <= key < endKey (an empty end key: no end), in the order of their
   * UTF-8 bytes.
   */
  range(namespace: string, startKey: string, endKey: string): StateUpdate[] {
    const within = this.updates().filter(
      (update) =>
        update.namespace === namespace &&
        update.collection === undefined &&
        compareUtf8(startKey, update.key) <= 0 &&
        (endKey === '' || compareUtf8(update.key, endKey) < 0),
    );
    return within.sort((a, b) => compareUtf8(a.key, b.key));
  }

  #merge(change: Change, version: Version): StateUpdate | undefined {
    const { namespace, key, collection } = change;
    if (change.deleted) return { namespace, key, collection, value: undefined, version };
    const before = this.get(namespace, key, collection) ?? this.#state(namespace, key, collection);
    const value = change.value ?? before?.value;
    const metadata = change.metadata === undefined ? before?.metadata : (change.metadata ?? undefined);
    return value === undefined ? undefined : { namespace, key, collection, value, metadata, version };
  }
}

/** One change a key, made of all that the transaction does to it. */
function changes(sets: readonly NamespaceSet[]): Iterable<Change> {
  const byKey = new Map<string, Change>();
  for (const change of sets.flatMap((set) => [...publicChanges(set), ...collectionChanges(set)])) {
    byKey.set(name(change), { ...byKey.get(name(change)), ...change });
  }
  return byKey.values();
}

function publicChanges({ namespace, writes, metadataWrites }: NamespaceSet): Change[] {
  return [
    ...writes.map(({ key, value, isDelete }) => written({ namespace, key }, value, isDelete || value.length === 0)),
    ...metadataWrites.map(({ key, entries }) => ({ namespace, key, metadata: metadataBytes(entries) })),
  ];
}

function collectionChanges({ namespace, collections = [] }: NamespaceSet): Change[] {
  return collections.flatMap(({ collection, writes, metadataWrites }) => [
    ...writes.map(({ keyHash: key, valueHash, isDelete }) =>
      written({ namespace, collection, key }, valueHash, isDelete || isHashOfNothing(valueHash)),
    ),
    ...metadataWrites.map(({ keyHash: key, entries }) => ({
      namespace,
      collection,
      key,
      metadata: metadataBytes(entries),
    })),
  ]);
}

function written(where: StateKey, value: Uint8Array, deleted: boolean): Change {
  return deleted ? { ...where, deleted } : { ...where, value };
}

function metadataBytes(entries: MetadataWrite['entries']): Uint8Array | null {
  return entries.length > 0 ? encodeStateMetadata(entries) : null;
}

const HASH_OF_NOTHING = sha256();

function isHashOfNothing(hash: Uint8Array): boolean {
  return hash.length === 0 || Buffer.compare(hash, HASH_OF_NOTHING) === 0;
}

/** Namespaces and collections hold no NUL, so the text stands for one key. */
function name({ namespace, collection = '', key }: StateKey): string {
  return `${namespace}\0${collection}\0${key}`;
}
