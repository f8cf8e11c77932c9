import { Inject, Injectable } from '@nestjs/common';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Lag } from './lag.js';

/** Counters of the HTTP edge, for Prometheus. No label names a patient, a user or a resource. */
@Injectable()
export class Measures {
  private readonly registry = new Registry();
  private readonly answers = new Counter({
    name: 'holdfast_http_answers_total',
    help: 'Answers by method and status',
    labelNames: ['method', 'status'] as const,
    registers: [this.registry],
  });
  /** By method and status, of which there are few: finding one among the labels takes longer than all else here. */
  private readonly counters = new Map<string, Counter.Internal>();
  private readonly refusedLogins = new Counter({
    name: 'holdfast_refused_logins_total',
    help: 'Requests refused with 401',
    registers: [this.registry],
  });

  private readonly waiting = new Gauge({
    name: 'holdfast_events_waiting',
    help: 'Events that are not on the ledger yet',
    registers: [this.registry],
  });
  private readonly lagSeconds = new Gauge({
    name: 'holdfast_lag_seconds',
    help: 'How long the oldest of them has waited',
    registers: [this.registry],
  });

  private readonly behind = new Gauge({
    name: 'holdfast_ledger_behind_seconds',
    help: 'How long ago the whole ledger was last known to have been followed into the database',
    registers: [this.registry],
  });
  private readonly refused = new Gauge({
    name: 'holdfast_refused_for_good',
    help: 'Parked events, and Consents that the ledger will never take; holdfast doctor names them',
    registers: [this.registry],
  });

  constructor(@Inject(Lag) private readonly lag: Lag) {
    collectDefaultMetrics({ register: this.registry });
  }

  answered(method: string, status: number): void {
    const counter = this.counters.get(`${method} ${status}`) ?? this.answers.labels(method, String(status));
    this.counters.set(`${method} ${status}`, counter);
    counter.inc();
  }

  loginRefused(): void {
    this.refusedLogins.inc();
  }

  /** The Prometheus text format, and its media type. */
  async text(): Promise<{ contentType: string; body: string }> {
    const { events, oldestSeconds, followed, refusedForGood } = await this.lag.now();
    if (followed) this.behind.set(followed.seconds);
    this.refused.set(refusedForGood);
    this.waiting.set(events);
    this.lagSeconds.set(oldestSeconds);
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }
}
