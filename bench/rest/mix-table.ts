import type { Loaded } from '../load.js';
import { columns } from '../table.js';

/** What the same clients measured with consent and anchoring on, and off; one entry a round. */
export interface MixResult {
  clients: number;
  on: Loaded[];
  off: Loaded[];
}

const NAMES = ['create', 'read', 'update', 'search', 'delete', 'all'];

/** A line for each kind of request: on, off, and by how much the median is longer. */
export function mixTable(results: readonly MixResult[]): string {
  const head = ['', 'on/s', 'p50 ms', 'p99 ms', 'off/s', 'p50 ms', 'p99 ms', 'p50 more'];
  return results
    .map(({ clients, on, off }) => {
      const lines = NAMES.map((name) => {
        const [proven, plain] = [figures(on, name), figures(off, name)];
        return [name, ...cells(proven), ...cells(plain), `${(100 * (proven.p50 / plain.p50 - 1)).toFixed(0)} %`];
      });
      return `${clients} clients: consent and anchoring on, and off\n${columns([head, ...lines])}`;
    })
    .join('\n\n');
}

/** Of the rounds, each figure's median: one round in which something else ran does not count. */
function figures(rounds: readonly Loaded[], name: string) {
  const of = (figure: (loaded: Loaded) => number) => rounds.map(figure).sort((a, b) => a - b)[rounds.length >> 1]!;
  return {
    perSecond: of(({ requests, seconds }) => (requests[name]?.count ?? 0) / seconds),
    p50: of(({ requests }) => requests[name]?.permille[500] ?? Number.NaN),
    p99: of(({ requests }) => requests[name]?.permille[990] ?? Number.NaN),
  };
}

function cells({ perSecond, p50, p99 }: ReturnType<typeof figures>): string[] {
  return [perSecond.toFixed(0), p50.toFixed(2), p99.toFixed(2)];
}
