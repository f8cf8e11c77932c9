import type { Measured } from './measure.js';

export interface Result extends Measured {
  name: string;
  /** Operations per second as a share of the bare baseline's in the same run. */
  ratio?: number;
}

/** The results as a table to read. */
export function table(results: Result[]): string {
  const rows = results.map(({ name, perSecond, p50, p99, ratio }) => [
    name,
    perSecond.toFixed(0),
    p50.toFixed(2),
    p99.toFixed(2),
    ratio?.toFixed(2) ?? '',
  ]);
  const head = ['', 'per second', 'p50 ms', 'p99 ms', 'of bare'];
  return columns([head, ...rows]);
}

/** Cells in columns, the first to the left and all others to the right. */
export function columns(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  return rows.map(line).join('\n');
}
