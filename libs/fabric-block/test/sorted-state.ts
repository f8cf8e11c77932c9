import { compareUtf8, type StateUpdate, type StateValue, type ValidationState } from '../src/index.js';

/** A state in memory that sorts whenever it is asked for a range: plain, and right. */
export class SortedState implements ValidationState {
  readonly #values = new Map<string, StateUpdate>();

  get(namespace: string, key: string, collection = ''): StateValue | undefined {
    const found = this.#values.get(`${namespace}\0${collection}\0${key}`);
    return found?.value && { value: found.value, metadata: found.metadata, version: found.version };
  }

  range(namespace: string, startKey: string, endKey: string, limit: number): [string, StateUpdate][] {
    return [...this.#values.values()]
      .filter((one) => one.namespace === namespace && one.collection === undefined && one.value !== undefined)
      .filter(({ key }) => compareUtf8(startKey, key) <= 0 && (endKey === '' || compareUtf8(key, endKey) < 0))
      .sort((a, b) => compareUtf8(a.key, b.key))
      .slice(0, limit)
      .map((one) => [one.key, one]);
  }

  apply(updates: readonly StateUpdate[]): void {
    for (const update of updates) {
      this.#values.set(`${update.namespace}\0${update.collection ?? ''}\0${update.key}`, update);
    }
  }
}
