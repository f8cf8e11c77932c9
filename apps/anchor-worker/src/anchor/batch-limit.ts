import { MAX_BATCH } from '#libs/evidence';
import { LedgerError } from '#libs/ledger';

/** What a ledger answers to a batch that is too large for it to endorse in time, or at all. */
const TOO_LARGE = new Set(['DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED']);

/** How many events a batch may have: half as many after one that was too large, and by and by as many as the contract takes. */
export class BatchLimit {
  private limit = MAX_BATCH;

  get events(): number {
    return this.limit;
  }

  /** Runs the endorsement of a batch and learns from it. */
  async during<T>(endorse: () => Promise<T>): Promise<T> {
    try {
      const result = await endorse();
      this.limit = Math.min(MAX_BATCH, this.limit * 2);
      return result;
    } catch (error) {
      if (error instanceof LedgerError && TOO_LARGE.has(error.code))
        this.limit = Math.max(1, Math.floor(this.limit / 2));
      throw error;
    }
  }
}
