// Hyperledger Fabric 3.1, core/ledger/kvledger/txmgmt: what the valid transactions of a block leave in the state
import { encodeStateMetadata } from './encode-read-write-set.js';
import type { NamespaceSet, Version } from './read-write-set.js';

/** One key as the block leaves it. */
export interface StateUpdate {
  namespace: string;
  key: string;
  /** Undefined: deleted. */
  value: Uint8Array | undefined;
  /** As `encodeStateMetadata` gives them; kept with the key, not part of COMMIT_HASH. */
  metadata?: Uint8Array | undefined;
  version: Version;
}

/** A key as it is before the block; undefined where it does not exist. */
export type StateLookup = (namespace: string, key: string) => Pick<StateUpdate, 'value' | 'metadata'> | undefined;

interface Change {
  namespace: string;
  key: string;
  value?: Uint8Array;
  deleted?: boolean;
  /** Null: removed. */
  metadata?: Uint8Array | null;
}

/** Collects the writes of the valid transactions of one block, in their order. A later write of a key replaces the earlier. */
export class UpdateBatch {
  readonly #updates = new Map<string, StateUpdate>();
  readonly #block: number;
  readonly #state: StateLookup;

  constructor(block: number, state: StateLookup) {
    this.#block = block;
    this.#state = state;
  }

  /** The pending update of a key, if a transaction of this block has written it. */
  get(namespace: string, key: string): StateUpdate | undefined {
    return this.#updates.get(name(namespace, key));
  }

  /** Takes the writes of the valid transaction at `index`: a value keeps the key's metadata, metadata keep its value; metadata for a key that does not exist are dropped. */
  apply(index: number, sets: readonly NamespaceSet[]): void {
    const version = { block: this.#block, transaction: index };
    for (const change of changes(sets)) {
      const update = this.#merge(change, version);
      if (update) this.#updates.set(name(change.namespace, change.key), update);
    }
  }

  updates(): StateUpdate[] {
    return [...this.#updates.values()];
  }

  #merge(change: Change, version: Version): StateUpdate | undefined {
    const { namespace, key } = change;
    if (change.deleted) return { namespace, key, value: undefined, version };
    const before = this.get(namespace, key) ?? this.#state(namespace, key);
    const value = change.value ?? before?.value;
    const metadata = change.metadata === undefined ? before?.metadata : (change.metadata ?? undefined);
    return value === undefined ? undefined : { namespace, key, value, metadata, version };
  }
}

function changes(sets: readonly NamespaceSet[]): Iterable<Change> {
  const byKey = new Map<string, Change>();
  const change = (namespace: string, key: string): Change => {
    const known = byKey.get(name(namespace, key)) ?? { namespace, key };
    byKey.set(name(namespace, key), known);
    return known;
  };
  for (const { namespace, writes, metadataWrites } of sets) {
    for (const { key, value, isDelete } of writes) {
      Object.assign(change(namespace, key), isDelete || value.length === 0 ? { deleted: true } : { value });
    }
    for (const { key, entries } of metadataWrites) {
      change(namespace, key).metadata = entries.length > 0 ? encodeStateMetadata(entries) : null;
    }
  }
  return byKey.values();
}

/** Namespaces hold no NUL, so the pair is unambiguous. */
function name(namespace: string, key: string): string {
  return `${namespace}\0${key}`;
}
