import { randomUUID } from 'node:crypto';
import { type Lease, LeaseLost, type Query, releaseLease, renewLease, takeLease } from '#libs/store';
import { pause } from './pause.js';

const NAME = 'anchor-worker';
/** A leader that died is followed after this time at the latest, and a worker that waits asks as often as it renews. */
const LEASE_SECONDS = 15;
const RENEW_MS = 4_000;

/** One worker of many leads; the others wait for its lease to run out. */
export class Leadership {
  private readonly holder = randomUUID();

  constructor(
    private readonly query: Query,
    private readonly leaseSeconds = LEASE_SECONDS,
    private readonly renewMs = RENEW_MS,
  ) {}

  /** Waits until the lease is ours, or `signal` aborts (then undefined). Rejects when Postgres does. */
  async take(signal: AbortSignal): Promise<Lease | undefined> {
    while (!signal.aborted) {
      const lease = await takeLease(this.query, NAME, this.holder, this.leaseSeconds);
      if (lease !== undefined) return lease;
      await pause(this.renewMs, signal);
    }
    return undefined;
  }

  /**
   * Runs `lead` while the lease is renewed beside it, then gives the lease back. The signal that `lead` gets aborts when
   * `signal` does or the lease could not be renewed in time.
   */
  async during(lease: Lease, signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const over = new AbortController();
    const renewal = this.keepRenewing(lease, over);
    try {
      await lead(AbortSignal.any([signal, over.signal]));
    } finally {
      over.abort();
      await renewal;
      await releaseLease(this.query, lease).catch(() => undefined);
    }
  }

  private async keepRenewing(lease: Lease, over: AbortController): Promise<void> {
    let renewed = performance.now();
    while (!over.signal.aborted) {
      await pause(this.renewMs, over.signal);
      if (over.signal.aborted) return;
      try {
        await renewLease(this.query, lease, this.leaseSeconds);
        renewed = performance.now();
      } catch (error) {
        const expired = performance.now() - renewed > this.leaseSeconds * 1000;
        if (error instanceof LeaseLost || expired) over.abort();
      }
    }
  }
}
