import type { StateKey, StateValue } from '#libs/fabric-block';
import { OrderedKeys } from './ordered-keys.js';
import type { Snapshot, StateView } from './state.js';

interface Kept {
  values: Map<string, StateValue | undefined>;
  keys: OrderedKeys;
}

/** Keeps what the state has overwritten since it was taken, and reads the rest from the state itself. */
export class UndoSnapshot implements Snapshot {
  private readonly kept = new Map<string, Kept>();

  constructor(
    private readonly state: StateView,
    private readonly released: (snapshot: UndoSnapshot) => void,
  ) {}

  /** To be called before a key changes; undefined: it was not there. */
  keep({ namespace, collection = '', key }: StateKey, before: StateValue | undefined): void {
    const name = `${namespace}\0${collection}`;
    const kept = this.kept.get(name) ?? { values: new Map(), keys: new OrderedKeys() };
    this.kept.set(name, kept);
    if (kept.values.has(key)) return;
    kept.values.set(key, before);
    kept.keys.add(key);
  }

  get(namespace: string, key: string, collection = ''): StateValue | undefined {
    const kept = this.kept.get(`${namespace}\0${collection}`);
    return kept?.values.has(key) ? kept.values.get(key) : this.state.get(namespace, key, collection);
  }

  range(namespace: string, startKey: string, endKey: string, limit: number): [string, StateValue][] {
    const kept = this.kept.get(`${namespace}\0`);
    if (!kept) return this.state.range(namespace, startKey, endKey, limit);
    const changed = kept.keys.slice(startKey, endKey, Number.MAX_SAFE_INTEGER);
    const found = new Map(this.state.range(namespace, startKey, endKey, limit + changed.length));
    const order = new OrderedKeys();
    for (const key of [...found.keys(), ...changed]) order.add(key);
    for (const key of changed) {
      const value = kept.values.get(key);
      if (value) found.set(key, value);
      else order.delete(key);
    }
    return order.slice('', '', limit).map((key) => [key, found.get(key)!]);
  }

  release(): void {
    this.released(this);
  }
}
