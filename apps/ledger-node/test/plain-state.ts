import { compareUtf8, type StateUpdate, type StateValue, type ValidationState } from '#libs/fabric-block';

/** The world state as a plain map: what an independent replay keeps. */
export class PlainState implements ValidationState {
  private readonly entries = new Map<string, StateValue>();

  get(namespace: string, key: string, collection = ''): StateValue | undefined {
    return this.entries.get(`${namespace}\0${collection}\0${key}`);
  }

  range(namespace: string, startKey: string, endKey: string, limit: number): [string, StateValue][] {
    const prefix = `${namespace}\0\0`;
    return [...this.entries]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]): [string, StateValue] => [name.slice(prefix.length), value])
      .filter(([key]) => compareUtf8(startKey, key) <= 0 && (endKey === '' || compareUtf8(key, endKey) < 0))
      .sort(([a], [b]) => compareUtf8(a, b))
      .slice(0, limit);
  }

  apply(updates: readonly StateUpdate[]): void {
    for (const { namespace, collection = '', key, value, version, metadata } of updates) {
      const name = `${namespace}\0${collection}\0${key}`;
      if (value) this.entries.set(name, { value, version, metadata });
      else this.entries.delete(name);
    }
  }
}
