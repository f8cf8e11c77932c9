// Hyperledger Fabric 3.1 documentation, "Read-Write set semantics": what a transaction loses to another that was first
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LedgerClient } from './ledger-client.js';
import { envelopeOf } from './ledger-client.js';
import { type LedgerUnderTest, startLedger } from './ledger-under-test.js';
import { ownSet } from './opened-transaction.js';

let ledger: LedgerUnderTest;
let client: LedgerClient;

beforeAll(async () => {
  ledger = await startLedger();
  client = ledger.client();
});

afterAll(() => ledger?.close());

describe('reading what has changed since', () => {
  test('makes the later of two transactions a read conflict', async () => {
    await client.submit('put', 'counter', '5');
    const [first, second] = [await client.endorse('add', 'counter', '1'), await client.endorse('add', 'counter', '10')];
    expect(await client.order(first)).toMatchObject({ code: 'VALID' });
    expect(await client.order(second)).toMatchObject({ code: 'MVCC_READ_CONFLICT' });
    expect(await client.evaluate('get', 'counter')).toBe('6');
  });

  test('also when the key was made meanwhile', async () => {
    const [first, second] = [await client.endorse('add', 'fresh', '1'), await client.endorse('add', 'fresh', '1')];
    expect((await client.order(first)).code).toBe('VALID');
    expect((await client.order(second)).code).toBe('MVCC_READ_CONFLICT');
  });

  test('also when the key was deleted meanwhile', async () => {
    await client.submit('put', 'fleeting', '1');
    const late = await client.endorse('add', 'fleeting', '1');
    await client.submit('delete', 'fleeting');
    expect((await client.order(late)).code).toBe('MVCC_READ_CONFLICT');
  });

  test('also when the value was written again unchanged', async () => {
    await client.submit('put', 'same', '1');
    const late = await client.endorse('add', 'same', '1');
    await client.submit('put', 'same', '1');
    expect((await client.order(late)).code).toBe('MVCC_READ_CONFLICT');
  });

  test('is none when a key that did not exist was deleted', async () => {
    const late = await client.endorse('get', 'never there');
    await client.submit('delete', 'never there');
    expect((await client.order(late)).code).toBe('VALID');
  });

  test('is no matter for those who only write', async () => {
    const [first, second] = [await client.endorse('put', 'blind', 'a'), await client.endorse('put', 'blind', 'b')];
    expect((await client.order(first)).code).toBe('VALID');
    expect((await client.order(second)).code).toBe('VALID');
    expect(await client.evaluate('get', 'blind')).toBe('b');
  });

  test('of twelve at once lets through what the counter then says', async () => {
    await client.submit('put', 'race', '0');
    const codes = await Promise.all(
      Array.from({ length: 12 }, async () => (await client.submit('add', 'race', '1')).code),
    );
    const valid = codes.filter((code) => code === 'VALID').length;
    expect(valid).toBeGreaterThan(0);
    expect(new Set(codes.filter((code) => code !== 'VALID'))).toEqual(
      new Set(valid < 12 ? ['MVCC_READ_CONFLICT'] : []),
    );
    expect(await client.evaluate('get', 'race')).toBe(String(valid));
  });
});

describe('a range that is no longer what was read', () => {
  beforeAll(() => client.submit('putMany', 'r', '5', 'v'));

  test('for a key more is a phantom', async () => {
    const late = await client.endorse('rangeThenPut', 'r', 's', 'count1');
    await client.submit('put', 'r00002x', 'v');
    expect((await client.order(late)).code).toBe('PHANTOM_READ_CONFLICT');
  });

  test('for a key less is a phantom', async () => {
    const late = await client.endorse('rangeThenPut', 'r', 's', 'count2');
    await client.submit('delete', 'r00002x');
    expect((await client.order(late)).code).toBe('PHANTOM_READ_CONFLICT');
  });

  test('for a changed value is a phantom', async () => {
    const late = await client.endorse('rangeThenPut', 'r', 's', 'count3');
    await client.submit('put', 'r00001', 'other');
    expect((await client.order(late)).code).toBe('PHANTOM_READ_CONFLICT');
  });

  test('is not touched by keys beside it, its end included', async () => {
    const late = await client.endorse('rangeThenPut', 'r', 's', 'count4');
    await client.submit('putAll', 'q', 'v', 's', 'v');
    expect((await client.order(late)).code).toBe('VALID');
  });

  test('is not touched behind the key that an unfinished reader had come to', async () => {
    await client.submit('putMany', 't', '300', 'v');
    const late = await client.endorse('range', 't', 'u', '10');
    await client.submit('put', 't00250x', 'v');
    expect((await client.order(late)).code).toBe('VALID');
  });

  test('is a phantom within what was fetched for an unfinished reader', async () => {
    const late = await client.endorse('range', 't', 'u', '10');
    await client.submit('put', 't00005x', 'v');
    expect((await client.order(late)).code).toBe('PHANTOM_READ_CONFLICT');
  });
});

describe('the record of a range', () => {
  const recorded = async (fn: string, ...args: string[]) =>
    ownSet(await envelopeOf(await client.endorse(fn, ...args), ledger.network.organizations[0]!.client.identity));

  beforeAll(() => client.submit('putMany', 'w', '250', 'v'));

  test('read to its end has all keys and is exhausted', async () => {
    await client.submit('putAll', 'xa', '1', 'xb', '2');
    expect(await recorded('range', 'x', 'y', '100')).toEqual({
      reads: [],
      writes: [],
      ranges: [{ from: 'x', to: 'y', exhausted: true, reads: ['xa', 'xb'] }],
    });
  });

  test('without any key leaves the reads out', async () => {
    expect(await recorded('range', 'nothing', 'nothinh', '100')).toMatchObject({
      ranges: [{ from: 'nothing', to: 'nothinh', exhausted: true, reads: undefined }],
    });
  });

  test('left after ten keys ends at the 101st, which the peer had fetched', async () => {
    const set = await recorded('range', 'w', 'x', '10');
    expect(set).toMatchObject({ ranges: [{ from: 'w', to: 'w00100', exhausted: false }] });
  });

  test('of more than fifty keys is summed up in hashes', async () => {
    const set = await recorded('range', 'w', 'x', '1000');
    expect(set).toMatchObject({
      ranges: [{ from: 'w', to: 'x', exhausted: true, merkle: { maxDegree: 50, maxLevel: 1, hashes: 5 } }],
    });
  });
});
