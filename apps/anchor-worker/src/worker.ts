import type { Logger } from 'pino';
import { backlog, type Lease, LeaseLost, type Query } from '#libs/store';
import type { Anchorer } from './anchor/anchorer.js';
import { FailureLog } from './failure.js';
import type { Leadership } from './leadership.js';
import { metrics } from './metrics.js';
import { Backoff, pause } from './pause.js';
import type { Wake } from './wake.js';

/** A batch is sent when it has so many events, or its first one has waited so long. */
const FULL_BATCH = 500;
const BATCH_MS = 150;
const POLL_MS = 1_000;
const MEASURE_MS = 2_000;
const MOST_COUNTED = 100_000;

export interface WorkerParts {
  query: Query;
  leadership: Leadership;
  anchorer: Anchorer;
  wake: Wake;
  log: Logger;
}

/** Leads or waits to lead, and while it leads takes events to the ledger, for as long as `signal` does not abort. Retries whatever fails. */
export class Worker {
  private readonly failures: FailureLog;

  constructor(private readonly parts: WorkerParts) {
    this.failures = new FailureLog(parts.log);
  }

  async run(signal: AbortSignal): Promise<void> {
    const measuring = this.measure(signal);
    const backoff = new Backoff();
    while (!signal.aborted) {
      try {
        const lease = await this.parts.leadership.take(signal);
        backoff.reset();
        if (lease !== undefined) await this.lead(lease, signal);
      } catch (error) {
        this.failures.tell(error);
        await backoff.wait(signal);
      }
    }
    await measuring;
  }

  private async lead(lease: Lease, signal: AbortSignal): Promise<void> {
    this.parts.log.info({ epoch: lease.epoch.toString() }, 'this worker leads');
    metrics.leader.set(1);
    try {
      await this.parts.leadership.during(lease, signal, (leading) => this.anchorAll(lease, leading));
    } finally {
      metrics.leader.set(0);
    }
  }

  private async anchorAll(lease: Lease, signal: AbortSignal): Promise<void> {
    const backoff = new Backoff();
    while (!signal.aborted) {
      try {
        await this.anchorOnce(lease, signal);
        backoff.reset();
        this.failures.clear();
      } catch (error) {
        if (error instanceof LeaseLost) return;
        this.failures.tell(error);
        await backoff.wait(signal);
      }
    }
  }

  private async anchorOnce(lease: Lease, signal: AbortSignal): Promise<void> {
    const { anchorer, wake } = this.parts;
    this.count(await anchorer.settleInFlight(lease));
    const waiting = await anchorer.waiting(FULL_BATCH);
    if (waiting === 0) return wake.wait(POLL_MS, signal);
    if (waiting < FULL_BATCH) await pause(BATCH_MS, signal);
    if (!signal.aborted) this.count(await anchorer.anchorNext(lease));
  }

  private count(events: number): void {
    if (events === 0) return;
    metrics.events.inc(events);
    metrics.batches.inc();
  }

  private async measure(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const { events, oldestSeconds } = await backlog(this.parts.query, MOST_COUNTED);
        metrics.waiting.set(events);
        metrics.lag.set(oldestSeconds);
      } catch {
        // The figures stay as they are; the failure itself is told where events are taken.
      }
      await pause(MEASURE_MS, signal);
    }
  }
}
