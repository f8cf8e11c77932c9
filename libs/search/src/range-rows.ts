import { isLongDate } from './date.js';
import type { Range } from './date-range.js';
import type { NumericValue } from './number.js';
import type { QuantityValue } from './quantity.js';
import type { RowSink } from './row-sink.js';

/** A number and a span are compared differently, so they are different kinds. */
export function numericRow(sink: RowSink, prefix: readonly string[], amount: NumericValue): void {
  if (amount.kind === 'number') sink.range([...prefix, 'number'], amount.value, amount.value + amount.half);
  else sink.range([...prefix, 'span'], amount.low, amount.high);
}

/** Every date is a `date`; a long one has a second row, by which it is found without going through all. */
export function dateRow(sink: RowSink, prefix: readonly string[], range: Range): void {
  sink.range([...prefix, 'date'], range.low, range.high);
  if (isLongDate(range)) sink.range([...prefix, 'date-long'], range.low, range.high);
}

/** One row for every way to name the unit. */
export function quantityRows(sink: RowSink, prefix: readonly string[], quantity: QuantityValue | undefined): void {
  if (!quantity) return;
  for (const unit of quantity.units) numericRow(sink, [...prefix, ...unit], quantity.amount);
}
