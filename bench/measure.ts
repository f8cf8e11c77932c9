import { performance } from 'node:perf_hooks';

/** What a load did: operations per second, and milliseconds of one operation. */
export interface Measured {
  perSecond: number;
  p50: number;
  p99: number;
}

/** Runs `operation` by `clients` loops at once for `seconds`, after a warm-up of a fifth of that. */
export async function measure(clients: number, seconds: number, operation: () => Promise<void>): Promise<Measured> {
  await load(clients, seconds / 5, operation);
  const { times, elapsed } = await load(clients, seconds, operation);
  times.sort((a, b) => a - b);
  return { perSecond: times.length / elapsed, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

async function load(clients: number, seconds: number, operation: () => Promise<void>) {
  const times: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  const loop = async () => {
    while (performance.now() < end) {
      const before = performance.now();
      await operation();
      times.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: clients }, loop));
  return { times, elapsed: (performance.now() - start) / 1000 };
}

export function quantile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
