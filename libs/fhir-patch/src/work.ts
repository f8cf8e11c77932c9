import { PatchError } from './patch-error.js';

export interface PatchLimits {
  /**
   * Characters that may be read and copied, elements that may be moved: about so many bytes of JSON are gone through at worst.
   * Default 64 million, which takes about a second.
   */
  readonly maxWork?: number;
}

const DEFAULT_WORK = 64_000_000;

/** What every operation costs, however small. */
const OPERATION = 500;

/** Counts what is done for one patch, and ends it when that is more than one request may cost. */
export class Work {
  private left: number;

  constructor({ maxWork = DEFAULT_WORK }: PatchLimits = {}) {
    this.left = maxWork;
  }

  operation(): void {
    this.spend(OPERATION);
  }

  /** @throws PatchError `too-much` */
  spend(units: number): void {
    this.left -= units;
    if (this.left < 0) throw new PatchError('too-much', 'The patch takes more work than one request may cost');
  }
}
