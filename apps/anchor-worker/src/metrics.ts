// Prometheus text format: how far the ledger is behind, and what the worker did
import { createServer, type Server } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ProjectionLag } from '#libs/store';

const registry = new Registry();
const registers = [registry];

const height = new Gauge({ name: 'holdfast_ledger_height', help: 'Blocks of the ledger', registers });
const blocks = new Gauge({
  name: 'holdfast_ledger_blocks_behind',
  help: 'Blocks of the ledger that have not been followed into the database',
  registers,
});
const seconds = new Gauge({
  name: 'holdfast_ledger_behind_seconds',
  help: 'How long ago the whole ledger was last known to be in the database',
  registers,
});

const events = new Counter({ name: 'holdfast_anchor_events_total', help: 'Events put on the ledger', registers });
const batches = new Counter({ name: 'holdfast_anchor_batches_total', help: 'Batches found VALID', registers });

export const metrics = {
  /** One batch of so many events. */
  anchored(number: number): void {
    events.inc(number);
    batches.inc();
  },
  behind(lag: ProjectionLag): void {
    height.set(lag.height);
    blocks.set(lag.blocks);
    seconds.set(lag.seconds);
  },
  refused: new Gauge({
    name: 'holdfast_anchor_refused_for_good',
    help: 'Parked events, and Consents that the ledger will never take; holdfast doctor names them',
    registers,
  }),
  lag: new Gauge({
    name: 'holdfast_anchor_lag_seconds',
    help: 'Age of the oldest event that is not on the ledger yet; 0 when there is none',
    registers,
  }),
  waiting: new Gauge({
    name: 'holdfast_anchor_events_waiting',
    help: 'Events not on the ledger yet; counted to 100,000',
    registers,
  }),
  leader: new Gauge({ name: 'holdfast_anchor_leader', help: '1 while this worker leads', registers }),
  failures: new Counter({
    name: 'holdfast_anchor_failures_total',
    help: 'Attempts that failed and are made again, by reason',
    labelNames: ['reason'] as const,
    registers,
  }),
};

/** Serves `/metrics` on loopback, with memory, processor time and delays of the process. */
export function serveMetrics(port: number): Server {
  collectDefaultMetrics({ register: registry });
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  return server.listen(port, '127.0.0.1');
}
