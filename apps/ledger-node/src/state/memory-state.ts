import type { StateUpdate, StateValue } from '#libs/fabric-block';
import { OrderedKeys } from './ordered-keys.js';
import type { Snapshot, State } from './state.js';
import { UndoSnapshot } from './undo-snapshot.js';

interface Namespace {
  entries: Map<string, StateValue>;
  keys: OrderedKeys;
}

/** The world state in the heap, rebuilt from the blocks at every start. */
export class MemoryState implements State {
  /** A collection of a chaincode is a namespace of its own here; names hold no NUL. */
  private readonly namespaces = new Map<string, Namespace>();
  private readonly snapshots = new Set<UndoSnapshot>();

  get(namespace: string, key: string, collection = ''): StateValue | undefined {
    return this.namespaces.get(`${namespace}\0${collection}`)?.entries.get(key);
  }

  range(namespace: string, startKey: string, endKey: string, limit: number): [string, StateValue][] {
    const found = this.namespaces.get(`${namespace}\0`);
    if (!found) return [];
    return found.keys.slice(startKey, endKey, limit).map((key) => [key, found.entries.get(key)!]);
  }

  snapshot(): Snapshot {
    const snapshot = new UndoSnapshot(this, (released) => this.snapshots.delete(released));
    this.snapshots.add(snapshot);
    return snapshot;
  }

  apply(updates: readonly StateUpdate[]): void {
    for (const { namespace, collection, key, value, version, metadata } of updates) {
      const before = this.get(namespace, key, collection);
      for (const snapshot of this.snapshots) snapshot.keep({ namespace, collection, key }, before);
      this.put(`${namespace}\0${collection ?? ''}`, key, value && { value, version, metadata });
    }
  }

  private put(namespace: string, key: string, entry: StateValue | undefined): void {
    let found = this.namespaces.get(namespace);
    if (!found) {
      found = { entries: new Map(), keys: new OrderedKeys() };
      this.namespaces.set(namespace, found);
    }
    if (!entry) {
      found.entries.delete(key);
      found.keys.delete(key);
      return;
    }
    if (!found.entries.has(key)) found.keys.add(key);
    found.entries.set(key, entry);
  }
}
