import { compareUtf8 } from '#libs/fabric-block';

/** Keys in the order of their UTF-8 bytes, which is Fabric's and not that of JavaScript strings. */
export class OrderedKeys {
  private readonly keys: string[] = [];

  /** Index of the first key that is not less than `key`. */
  private at(key: string): number {
    let low = 0;
    let high = this.keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareUtf8(this.keys[middle]!, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(key: string): void {
    const index = this.at(key);
    if (this.keys[index] !== key) this.keys.splice(index, 0, key);
  }

  delete(key: string): void {
    const index = this.at(key);
    if (this.keys[index] === key) this.keys.splice(index, 1);
  }

  /** Up to `limit` keys from `start` on and before `end`; an empty end means no end. */
  slice(start: string, end: string, limit: number): string[] {
    const from = this.at(start);
    const to = end === '' ? this.keys.length : this.at(end);
    return this.keys.slice(from, Math.min(to, from + limit));
  }
}
