import type { StateUpdate } from '#libs/fabric-block';
import { OrderedKeys } from './ordered-keys.js';
import { Overlay } from './overlay.js';
import { type Snapshot, type State, type StateEntry, stateNamespace } from './state.js';

interface Namespace {
  entries: Map<string, StateEntry>;
  keys: OrderedKeys;
}

/** A snapshot keeps what the state has overwritten since, and reads the rest from the state. */
class UndoSnapshot extends Overlay implements Snapshot {
  constructor(
    state: MemoryState,
    private readonly released: (snapshot: UndoSnapshot) => void,
  ) {
    super(state);
  }

  keep(namespace: string, key: string, before: StateEntry | undefined): void {
    if (!this.has(namespace, key)) this.set(namespace, key, before);
  }

  release(): void {
    this.released(this);
  }
}

/** The world state in the heap, rebuilt from the blocks at every start. */
export class MemoryState implements State {
  private readonly namespaces = new Map<string, Namespace>();
  private readonly snapshots = new Set<UndoSnapshot>();

  get(namespace: string, key: string): StateEntry | undefined {
    return this.namespaces.get(namespace)?.entries.get(key);
  }

  range(namespace: string, startKey: string, endKey: string, limit: number): [string, StateEntry][] {
    const found = this.namespaces.get(namespace);
    if (!found) return [];
    return found.keys.slice(startKey, endKey, limit).map((key) => [key, found.entries.get(key)!]);
  }

  snapshot(): Snapshot {
    const snapshot = new UndoSnapshot(this, (released) => this.snapshots.delete(released));
    this.snapshots.add(snapshot);
    return snapshot;
  }

  apply(updates: readonly StateUpdate[]): void {
    for (const { namespace: name, collection, key, value, version, metadata } of updates) {
      const namespace = stateNamespace(name, collection);
      const before = this.get(namespace, key);
      for (const snapshot of this.snapshots) snapshot.keep(namespace, key, before);
      this.put(namespace, key, value && { value, version, metadata });
    }
  }

  private put(namespace: string, key: string, entry: StateEntry | undefined): void {
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
