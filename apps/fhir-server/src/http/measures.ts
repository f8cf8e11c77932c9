import { Injectable } from '@nestjs/common';
import { Counter, collectDefaultMetrics, Registry } from 'prom-client';

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
  private readonly refusedLogins = new Counter({
    name: 'holdfast_refused_logins_total',
    help: 'Requests refused with 401',
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  answered(method: string, status: number): void {
    this.answers.inc({ method, status: String(status) });
  }

  loginRefused(): void {
    this.refusedLogins.inc();
  }

  /** The Prometheus text format, and its media type. */
  async text(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }
}
