// Hyperledger Fabric 3.1, chaincode stub API: ranges, pages and history as a contract sees them
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type LedgerClient, refusal } from './ledger-client.js';
import { type LedgerUnderTest, startLedger } from './ledger-under-test.js';

let ledger: LedgerUnderTest;
let client: LedgerClient;

beforeAll(async () => {
  ledger = await startLedger();
  client = ledger.client();
  await client.submit('putMany', 'k', '250', 'v');
});

afterAll(() => ledger?.close());

async function range(start: string, end: string, take = 10_000): Promise<string[]> {
  return JSON.parse(await client.evaluate('range', start, end, String(take))).map(([key]: [string]) => key);
}

interface Page {
  keys: string[];
  count: number;
  bookmark: string;
}

async function page(start: string, end: string, size: number, bookmark = ''): Promise<Page> {
  return JSON.parse(await client.evaluate('page', start, end, String(size), bookmark));
}

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `k${String(from + index).padStart(5, '0')}`);

describe('a range', () => {
  test('comes in order and whole, over many fetches', async () => {
    expect(await range('k', 'l')).toEqual(numbered(0, 250));
  });

  test('includes its start and not its end', async () => {
    expect(await range('k00010', 'k00013')).toEqual(['k00010', 'k00011', 'k00012']);
  });

  test('without bounds is all there is', async () => {
    expect((await range('', '')).length).toBeGreaterThanOrEqual(250);
  });

  test('may be left early', async () => {
    expect(await range('k', 'l', 3)).toEqual(numbered(0, 3));
  });

  test('with its end before its start is empty', async () => {
    expect(await range('l', 'k')).toEqual([]);
  });

  test('is in the order of UTF-8 bytes', async () => {
    await client.submit('putAll', 'z\u{1f600}', '1', 'z\uffee', '2', 'za', '3', 'zä', '4');
    expect(await range('z', '{')).toEqual(['za', 'zä', 'z\uffee', 'z\u{1f600}']);
  });

  test('does not see what is deleted', async () => {
    await client.submit('putAll', 'd1', 'x', 'd2', 'x', 'd3', 'x');
    await client.submit('delete', 'd2');
    expect(await range('d', 'e')).toEqual(['d1', 'd3']);
  });
});

describe('pages', () => {
  test('follow one another by their bookmarks and end with none', async () => {
    const found: string[] = [];
    let bookmark = '';
    const counts: number[] = [];
    do {
      const next = await page('k', 'l', 100, bookmark);
      found.push(...next.keys);
      counts.push(next.count);
      bookmark = next.bookmark;
    } while (bookmark !== '');
    expect(found).toEqual(numbered(0, 250));
    expect(counts).toEqual([100, 100, 50]);
  });

  test('have the key that follows as their bookmark', async () => {
    expect(await page('k', 'l', 2)).toEqual({ keys: numbered(0, 2), count: 2, bookmark: 'k00002' });
  });

  test('that end with the range have no bookmark', async () => {
    expect(await page('k00248', 'l', 2)).toEqual({ keys: numbered(248, 250), count: 2, bookmark: '' });
  });

  test('are for those who only read', async () => {
    const { code, details } = await refusal(client.endorse('pageThenPut', 'k', 'l', 'x'));
    expect(code).toBe('ABORTED');
    expect(details.join()).toMatch(/paginated query\. Writes are not allowed/);
  });
});

describe('the history of a key', () => {
  test('is newest first, with deletes and transaction ids', async () => {
    const first = await client.submit('put', 'h', 'one');
    const second = await client.submit('put', 'h', 'two');
    const third = await client.submit('delete', 'h');
    const fourth = await client.submit('put', 'h', 'four');
    expect(JSON.parse(await client.evaluate('history', 'h'))).toEqual([
      { value: 'four', isDelete: false, txId: fourth.txId },
      { value: '', isDelete: true, txId: third.txId },
      { value: 'two', isDelete: false, txId: second.txId },
      { value: 'one', isDelete: false, txId: first.txId },
    ]);
  });

  test('has nothing of transactions that were not valid', async () => {
    await client.submit('put', 'hv', '1');
    const [valid, late] = [await client.endorse('add', 'hv', '1'), await client.endorse('add', 'hv', '5')];
    await client.order(valid);
    await client.order(late);
    const values = JSON.parse(await client.evaluate('history', 'hv')).map(({ value }: { value: string }) => value);
    expect(values).toEqual(['2', '1']);
  });

  test('of a key that never was is empty', async () => {
    expect(JSON.parse(await client.evaluate('history', 'never'))).toEqual([]);
  });

  test('of many versions comes whole', async () => {
    for (let index = 0; index < 12; index += 1) {
      await Promise.all(Array.from({ length: 12 }, (_, n) => client.submit('put', 'busy', `${index}.${n}`)));
    }
    const versions = JSON.parse(await client.evaluate('history', 'busy'));
    expect(versions.length).toBe(144);
    expect(new Set(versions.map(({ txId }: { txId: string }) => txId)).size).toBe(144);
  });
});
