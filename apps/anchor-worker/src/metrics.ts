// Prometheus text format: how far the ledger is behind, and what the worker did
import { createServer, type Server } from 'node:http';
import { Counter, Gauge, Registry } from 'prom-client';

const registry = new Registry();
const registers = [registry];

export const metrics = {
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
  events: new Counter({ name: 'holdfast_anchor_events_total', help: 'Events put on the ledger', registers }),
  batches: new Counter({ name: 'holdfast_anchor_batches_total', help: 'Batches found VALID', registers }),
  failures: new Counter({
    name: 'holdfast_anchor_failures_total',
    help: 'Attempts that failed and are made again, by reason',
    labelNames: ['reason'] as const,
    registers,
  }),
};

/** Serves `/metrics` on loopback. */
export function serveMetrics(port: number): Server {
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
