// FHIR R4 http.html#trules: entries that do not depend on each other are worked on at once, a bounded number
import { FhirError } from '#libs/fhir-model';

/** Entries that are worked on at once, where the store does together what they ask for: enough for two statements. */
export const MOST_TOGETHER = 128;
const MOST_BYTES = 1 << 20;

/**
 * Work that was begun in order and goes on together, so that the store can do what it asks for together. Once one has failed
 * nothing more is begun.
 */
export class UnderWay {
  readonly #running = new Set<Promise<void>>();
  readonly #refusals = new Map<number, FhirError>();
  #failure: { readonly error: unknown } | undefined;
  #bytes = 0;

  /** Begins the work of entry `index` when there is room for it beside fewer than `most`. @throws what {@link settled} throws. */
  async begin(index: number, bytes: number, work: () => Promise<void>, most = MOST_TOGETHER): Promise<void> {
    while (this.#running.size > 0 && (this.#running.size >= most || this.#bytes + bytes > MOST_BYTES)) {
      await Promise.race(this.#running);
    }
    if (this.#hasFailed) return this.settled();
    this.#bytes += bytes;
    const running = this.#settle(index, work).then(() => {
      this.#bytes -= bytes;
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /**
   * Waits for all. @throws the refusal of the first entry that was refused; else what went wrong first: in a transaction that fails
   * everything after it fails as well.
   */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    const [first] = [...this.#refusals.keys()].sort((a, b) => a - b);
    if (first !== undefined) throw this.#refusals.get(first);
    if (this.#failure) throw this.#failure.error;
  }

  get #hasFailed(): boolean {
    return this.#refusals.size > 0 || this.#failure !== undefined;
  }

  async #settle(index: number, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof FhirError && error.status < 500) this.#refusals.set(index, error);
      else this.#failure ??= { error };
    }
  }
}
