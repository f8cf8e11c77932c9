import type { Logger } from 'pino';
import { backlog, type Lease, LeaseLost, projectionLag, type Query, refusedForGood, Settling } from '#libs/store';
import type { Anchorer } from './anchor/anchorer.js';
import type { ConsentAnchorer } from './anchor/consent-anchorer.js';
import { FailureLog } from './failure.js';
import type { Follower } from './follow/follower.js';
import type { Leadership } from './leadership.js';
import { metrics } from './metrics.js';
import { Backoff, pause } from './pause.js';
import type { Wake } from './wake.js';

/** A batch is sent when it has so many events, or its first one has waited so long. */
const FULL_BATCH = 500;
const BATCH_MS = 250;
const POLL_MS = 1_000;
const MEASURE_MS = 2_000;
/** Counting a long queue takes a while: it is done so much rarer. */
const MEASURE_SHARE = 50;
const SETTLE_MS = 500;
const MOST_COUNTED = 100_000;

export interface WorkerParts {
  query: Query;
  leadership: Leadership;
  anchorer: Anchorer;
  consents: ConsentAnchorer;
  follower: Follower;
  /** One for each that waits. */
  wake: { events: Wake; consents: Wake };
  log: Logger;
}

/** Leads or waits to lead, and while it leads takes events to the ledger, for as long as `signal` does not abort. Retries whatever fails. */
export class Worker {
  private readonly failures: FailureLog;
  private parked = 0;

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
    const { log, leadership, consents, wake, follower } = this.parts;
    log.info({ epoch: lease.epoch.toString() }, 'this worker leads');
    metrics.leader.set(1);
    const failures = { consents: new FailureLog(log), following: new FailureLog(log), settling: new FailureLog(log) };
    const settling = new Settling(this.parts.query);
    const consentsOnce = async (leading: AbortSignal) => {
      if ((await consents.settle(lease)) === 0) await wake.consents.wait(POLL_MS, leading);
    };
    const settleOnce = async (leading: AbortSignal) => {
      await settling.step();
      await pause(SETTLE_MS, leading);
    };
    try {
      await leadership.during(lease, signal, async (leading) => {
        await Promise.all([
          this.repeat(leading, this.failures, () => this.anchorOnce(lease, leading)),
          this.repeat(leading, failures.consents, () => consentsOnce(leading)),
          this.repeat(leading, failures.following, () => follower.follow(leading)),
          this.repeat(leading, failures.settling, () => settleOnce(leading)),
        ]);
      });
    } finally {
      metrics.leader.set(0);
    }
  }

  /** Again and again, with growing pauses while it fails; ends when the lease is lost. */
  private async repeat(signal: AbortSignal, failures: FailureLog, once: () => Promise<void>): Promise<void> {
    const backoff = new Backoff();
    while (!signal.aborted) {
      try {
        await once();
        backoff.reset();
        failures.clear();
      } catch (error) {
        if (error instanceof LeaseLost) return;
        failures.tell(error);
        await backoff.wait(signal);
      }
    }
  }

  private async anchorOnce(lease: Lease, signal: AbortSignal): Promise<void> {
    const { anchorer, wake } = this.parts;
    await anchorer.settleInFlight(lease);
    const waiting = await anchorer.waiting(FULL_BATCH);
    if (waiting === 0) return wake.events.wait(POLL_MS, signal);
    if (waiting >= FULL_BATCH) {
      await anchorer.anchorBacklog(lease, FULL_BATCH, signal);
      return;
    }
    await pause(BATCH_MS, signal);
    if (!signal.aborted) await anchorer.anchorNext(lease);
  }

  private async measure(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const from = performance.now();
      try {
        await this.measureOnce();
      } catch {
        // The figures stay as they are; the failure itself is told where events are taken.
      }
      await pause(Math.max(MEASURE_MS, MEASURE_SHARE * (performance.now() - from)), signal);
    }
  }

  private async measureOnce(): Promise<void> {
    const { query } = this.parts;
    const { events, oldestSeconds } = await backlog(query, MOST_COUNTED);
    metrics.waiting.set(events);
    metrics.lag.set(oldestSeconds);
    const projection = await projectionLag(query);
    if (projection) metrics.behind(projection);
    this.alarm(await refusedForGood(query));
  }

  private alarm(refused: Awaited<ReturnType<typeof refusedForGood>>): void {
    const number = refused.events.length + refused.consents.length;
    metrics.refused.set(number);
    if (number > this.parked)
      this.parts.log.error(refused, 'the ledger has refused these for good: see holdfast doctor');
    this.parked = number;
  }
}
