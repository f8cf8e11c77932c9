import { OrderedKeys } from './ordered-keys.js';
import type { StateEntry, StateView } from './state.js';

interface Layer {
  entries: Map<string, StateEntry | undefined>;
  keys: OrderedKeys;
}

/** A view with some keys replaced (undefined: not there). The view below is not touched. */
export class Overlay implements StateView {
  private readonly layers = new Map<string, Layer>();

  constructor(private readonly below: StateView) {}

  has(namespace: string, key: string): boolean {
    return this.layers.get(namespace)?.entries.has(key) ?? false;
  }

  set(namespace: string, key: string, entry: StateEntry | undefined): void {
    let layer = this.layers.get(namespace);
    if (!layer) {
      layer = { entries: new Map(), keys: new OrderedKeys() };
      this.layers.set(namespace, layer);
    }
    layer.entries.set(key, entry);
    layer.keys.add(key);
  }

  get(namespace: string, key: string): StateEntry | undefined {
    const layer = this.layers.get(namespace);
    return layer?.entries.has(key) ? layer.entries.get(key) : this.below.get(namespace, key);
  }

  range(namespace: string, startKey: string, endKey: string, limit: number): [string, StateEntry][] {
    const layer = this.layers.get(namespace);
    if (!layer) return this.below.range(namespace, startKey, endKey, limit);
    const replaced = layer.keys.slice(startKey, endKey, Number.MAX_SAFE_INTEGER);
    const merged = new Map(this.below.range(namespace, startKey, endKey, limit + replaced.length));
    const order = new OrderedKeys();
    for (const key of [...merged.keys(), ...replaced]) order.add(key);
    for (const key of replaced) {
      const entry = layer.entries.get(key);
      if (entry) merged.set(key, entry);
      else order.delete(key);
    }
    return order.slice('', '', limit).map((key) => [key, merged.get(key)!]);
  }
}
