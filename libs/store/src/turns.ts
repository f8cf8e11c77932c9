/** Milliseconds of work in one go, beyond which others wait noticeably. */
const LONGEST = 8;

/** Lets other requests have their turn during long work. */
export class Turns {
  #since = performance.now();

  /** Call often. */
  async pass(): Promise<void> {
    if (performance.now() - this.#since < LONGEST) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#since = performance.now();
  }
}
