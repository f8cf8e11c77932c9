/** Larger bodies are put together while they arrive, if their length is known. */
const LARGE = 1 << 20;

/** A body in the making, of which there is never a second copy if its length is known beforehand. */
export class Pieces {
  readonly #pieces: Buffer[] = [];
  readonly #whole: Buffer | undefined;
  #size = 0;

  /** `expected`: its length, as far as it is known; memory is used only for what comes. */
  constructor(expected: number) {
    if (expected > LARGE) this.#whole = Buffer.allocUnsafeSlow(expected);
  }

  /** Node lets in no more than the length that was announced. */
  add(piece: Buffer): void {
    if (this.#whole) piece.copy(this.#whole, this.#size);
    else this.#pieces.push(piece);
    this.#size += piece.length;
  }

  whole(): Buffer {
    return this.#whole?.subarray(0, this.#size) ?? Buffer.concat(this.#pieces, this.#size);
  }
}
