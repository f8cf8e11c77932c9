import { type RangeRead, RangeSummary, type StateValue } from '#libs/fabric-block';
import type { StateView } from '../state/state.js';

const CHUNK = 128;

/**
 * One range query of a simulation. It records how far the caller really looked, because that is what must not have
 * changed: up to the last key handed out, or to the end of the range once the end was seen.
 */
export class RangeQuery {
  private readonly reads = new RangeSummary();
  private chunk: [string, StateValue][] = [];
  private nextKey: string;
  private handedOut = 0;
  private lastKey = '';
  private exhausted = false;

  /** `pageSize` 0 means no limit. */
  constructor(
    private readonly view: StateView,
    readonly namespace: string,
    private readonly startKey: string,
    private readonly endKey: string,
    private readonly pageSize = 0,
  ) {
    this.nextKey = startKey;
  }

  private peek(): [string, StateValue] | undefined {
    if (this.chunk.length === 0) {
      this.chunk = this.view.range(this.namespace, this.nextKey, this.endKey, CHUNK).reverse();
      const last = this.chunk[0];
      if (last) this.nextKey = `${last[0]}\u0000`;
    }
    return this.chunk.at(-1);
  }

  /** The next key and value; undefined at the end of the range or of the page. */
  next(): { key: string; value: Uint8Array } | undefined {
    const found = this.pageSize > 0 && this.handedOut >= this.pageSize ? undefined : this.peek();
    if (!found) {
      this.exhausted = true;
      return undefined;
    }
    this.chunk.pop();
    this.handedOut += 1;
    const [key, { value, version }] = found;
    this.lastKey = key;
    this.reads.add({ key, version });
    return { key, value };
  }

  /** Where the next page starts; empty when there is none. */
  bookmark(): string {
    return this.peek()?.[0] ?? '';
  }

  /** To be called once, when the simulation is over. */
  record(): RangeRead {
    const { startKey, exhausted } = this;
    return { startKey, endKey: exhausted ? this.endKey : this.lastKey, exhausted, ...this.reads.done() };
  }
}
