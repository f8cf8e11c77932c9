import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonical, type JsonValue } from '#libs/fhir-json';
import { CompactRange, leafHash } from '#libs/merkle';
import {
  FormatError,
  leafEntry,
  makeBatch,
  parkedRecord,
  type Reliance,
  readConsentValue,
  readLogValue,
} from '../src/index.js';

const bytesOf = (value: object) => Buffer.from(canonical(value as JsonValue));
const handle = (byte: number) => Buffer.alloc(32, byte).toString('base64url');
const entries = leafEntry('permit', leafHash(Buffer.from('x')));

function logValue(consents: Reliance[], more: object = {}): Buffer {
  const { argument, range } = makeBatch('a', CompactRange.of(), entries, consents);
  const { leaves, root, site, size, first } = argument;
  const hashes = range.hashes.map((hash) => hash.toString('base64'));
  const plain = { first, last: size - 1, leaves, mspId: 'M', range: hashes, root, site, size, txId: 't' };
  return bytesOf({ ...plain, ...more });
}

const second = (consents: object[], violations: object[] = []) => ({
  format: 'holdfast-log/2',
  at: 1,
  decided: 2,
  consents,
  violations,
});

test('a value of the first format is read as ever: it named no Consents', () => {
  expect(readLogValue(logValue([]))).toMatchObject({ size: 1, consents: [], violations: [] });
});

test('a value of the second format says which Consents were relied on, and which wrongly', () => {
  const relied = { handle: handle(1), version: 2, earliest: 3, latest: 4 };
  const violation = { handle: handle(1), version: 2, reason: 'ENDED' };
  const value = readLogValue(logValue([relied], second([relied], [violation])));
  expect(value).toMatchObject({ consents: [relied], violations: [violation] });
});

test('a value of the second format says the time of its transaction, if that is one that a calendar shows', () => {
  const timeOf = (at: number) => readLogValue(logValue([], { ...second([]), at })).at;
  expect([timeOf(0), timeOf(1_700_000_000_000), timeOf(253_402_300_799_999)]).toEqual([0, 1.7e12, 253_402_300_799_999]);
  for (const at of [-1, 0.5, 253_402_300_800_000, 8.64e15, 1e300]) expect(timeOf(at)).toBeUndefined();
  expect(readLogValue(logValue([])).at).toBeUndefined();
});

test.each<[string, object]>([
  ['half of the second format', { format: 'holdfast-log/2' }],
  ['members of the second without its name', { consents: [] }],
  ['a format of tomorrow', { ...second([]), format: 'holdfast-log/3' }],
  ['an unknown member', { ...second([]), patient: 'x' }],
  ['a Consent by name', second([{ handle: 'Consent/1', version: 1, earliest: 1, latest: 1 }])],
  ['a violation without a reason', second([], [{ handle: handle(1), version: 1 }])],
])('%s is refused', (_, more) => {
  expect(() => readLogValue(logValue([], more))).toThrow(FormatError);
});

test('a batch names its Consents by the text of the handle, then by version, in whatever order they come', () => {
  const one = fc.record({ byte: fc.nat(255), version: fc.integer({ min: 1, max: 20 }), at: fc.nat() });
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 20 }), (all) => {
      const consents = all.map(({ byte, version, at }) => ({
        handle: handle(byte),
        version,
        earliest: at,
        latest: at,
      }));
      const { argument } = makeBatch('a', CompactRange.of(), entries, consents);
      const names = argument.consents!.map((given) => [given.handle, given.version] as const);
      for (const [index, [text, version]] of names.slice(1).entries()) {
        const [before, number] = names[index]!;
        expect(before < text || (before === text && number <= version)).toBe(true);
      }
    }),
  );
  expect(makeBatch('a', CompactRange.of(), entries).argument).not.toHaveProperty('consents');
});

test('a Consent on the ledger is read strictly', () => {
  const value = {
    by: 'M',
    binding: 3,
    format: 'holdfast-consent/1',
    handle: handle(2),
    recorded: 2,
    txId: 't',
    version: 1,
  };
  expect(readConsentValue(bytesOf({ ...value, state: 'revoked' }))).toMatchObject({
    revoked: true,
    recorded: 2,
    binding: 3,
  });
  expect(readConsentValue(bytesOf({ ...value, state: 'recorded' })).revoked).toBe(false);
  for (const wrong of [{ state: 'gone' }, { state: 'recorded', name: 'x' }, { state: 'recorded', handle: 'x' }, {}])
    expect(() => readConsentValue(bytesOf({ ...value, ...wrong }))).toThrow(FormatError);
});

test('what is parked commits to id, record, leaf and reason', () => {
  const event = { eventId: Buffer.alloc(16, 1), record: Buffer.from('r'), leaf: Buffer.alloc(31, 2) };
  const all = [
    parkedRecord(event, 'BAD_ARGUMENT'),
    parkedRecord({ ...event, eventId: Buffer.alloc(16, 9) }, 'BAD_ARGUMENT'),
    parkedRecord({ ...event, record: Buffer.from('s') }, 'BAD_ARGUMENT'),
    parkedRecord({ ...event, leaf: Buffer.alloc(31, 3) }, 'BAD_ARGUMENT'),
    parkedRecord(event, 'TOO_LARGE'),
  ].map((record) => record.toString('hex'));
  expect(new Set(all).size).toBe(5);
});
