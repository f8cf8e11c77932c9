import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareUtf8, type StateUpdate } from '#libs/fabric-block';
import { openDatabase } from '../src/derived/database.js';
import { DiskState } from '../src/derived/disk-state.js';

const keys = fc.constantFrom('a', 'aa', 'b', 'é', '\uffee', '\u{1f600}', '\u0000x');
const change = fc.record({ key: keys, value: fc.option(fc.uint8Array({ minLength: 1, maxLength: 2 })) });
const blocks = fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 8 });

function updates(block: number, changes: readonly { key: string; value: Uint8Array | null }[]): StateUpdate[] {
  const last = new Map(changes.map(({ key, value }, transaction) => [key, { value, transaction }]));
  return [...last].map(([key, { value, transaction }]) => ({
    namespace: 'ns',
    key,
    value: value ?? undefined,
    version: { block, transaction },
  }));
}

function emptyState(): DiskState {
  return new DiskState(openDatabase(':memory:'), () => {});
}

type Model = Map<string, Uint8Array>;

function applied(model: Model, changes: readonly StateUpdate[]): Model {
  const next = new Map(model);
  for (const { key, value } of changes)
    if (value) next.set(key, value);
    else next.delete(key);
  return next;
}

const sorted = (model: Model, start: string, end: string) =>
  [...model]
    .filter(([key]) => compareUtf8(key, start) >= 0 && (end === '' || compareUtf8(key, end) < 0))
    .sort(([a], [b]) => compareUtf8(a, b));

function sees(view: Pick<DiskState, 'get' | 'range'>, model: Model, [start, end, limit]: [string, string, number]) {
  for (const [key, value] of model) expect(view.get('ns', key)?.value).toEqual(value);
  const found = view.range('ns', start, end, limit).map(([key, { value }]) => [key, value]);
  expect(found).toEqual(sorted(model, start, end).slice(0, limit));
}

const query = fc.tuple(
  fc.oneof(fc.constant(''), keys),
  fc.oneof(fc.constant(''), keys),
  fc.integer({ min: 1, max: 9 }),
);

test('the state and every snapshot of it answer like a plain map of their moment', () => {
  fc.assert(
    fc.property(blocks, query, (history, asked) => {
      const state = emptyState();
      let model: Model = new Map();
      const moments = [{ view: state.snapshot(), model }];
      for (const [number, changes] of history.entries()) {
        const batch = updates(number, changes);
        state.apply(batch);
        model = applied(model, batch);
        moments.push({ view: state.snapshot(), model });
        sees(state, model, asked);
      }
      for (const moment of moments) sees(moment.view, moment.model, asked);
    }),
  );
});

test('a released snapshot no longer costs anything, and a collection is apart from its chaincode', () => {
  const state = emptyState();
  const version = { block: 1, transaction: 0 };
  const value = Buffer.of(1);
  const snapshot = state.snapshot();
  snapshot.release();
  state.apply([{ namespace: 'ns', collection: 'c', key: 'k', value, version }]);
  expect(state.get('ns', 'k')).toBeUndefined();
  expect(state.get('ns', 'k', 'c')).toMatchObject({ value, version });
  expect(state.range('ns', '', '', 9)).toEqual([]);
});
