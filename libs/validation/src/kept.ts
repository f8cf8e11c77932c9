/** What is made for a key when it is first asked for, and kept; all is let go when there is too much of it. */
export class Kept<V> {
  private readonly made = new Map<string, V>();

  constructor(
    private readonly most: number,
    private readonly make: (key: string) => V,
  ) {}

  get(key: string): V {
    const known = this.made.get(key);
    return known !== undefined || this.made.has(key) ? (known as V) : this.added(key);
  }

  private added(key: string): V {
    const made = this.make(key);
    if (this.made.size >= this.most) this.made.clear();
    this.made.set(key, made);
    return made;
  }
}
