import type { StateValue } from '#libs/fabric-block';

const MAX_BYTES = 2 * 1024 * 1024;
/** Few that large are read twice. */
const LARGEST = 64 * 1024;

const size = (name: string, { value, metadata }: StateValue) => name.length + value.length + (metadata?.length ?? 0);

/** Values of the state that were read lately, each as it was found good: a transaction and its block read the same few keys ten times over. */
export class RecentValues {
  private readonly values = new Map<string, StateValue>();
  private bytes = 0;

  get(name: string): StateValue | undefined {
    return this.values.get(name);
  }

  /** To be called with what is not in here. */
  add(name: string, value: StateValue): void {
    if (size(name, value) > LARGEST) return;
    this.values.set(name, value);
    this.bytes += size(name, value);
    for (const oldest of this.values.keys()) {
      if (this.bytes <= MAX_BYTES) return;
      this.forget(oldest);
    }
  }

  /** To be called before a key changes. */
  forget(name: string): void {
    const value = this.values.get(name);
    if (value === undefined) return;
    this.values.delete(name);
    this.bytes -= size(name, value);
  }
}
