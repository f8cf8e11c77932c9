/** Keys in groups: those joined are of one group, directly or through others. */
export class Groups {
  /** From a key towards the one that stands for its group; that one is not in it. */
  readonly #next = new Map<string, string>();

  join([first, ...more]: readonly [string, ...string[]]): void {
    for (const key of more) {
      const group = this.of(key);
      const other = this.of(first);
      if (group !== other) this.#next.set(group, other);
    }
  }

  /** The key that stands for the group, until one more is joined. */
  of(key: string): string {
    let group = key;
    for (let next = this.#next.get(key); next !== undefined; next = this.#next.get(next)) group = next;
    if (group !== key) this.#next.set(key, group);
    return group;
  }
}
