import { describe, expect, test } from '@jest/globals';
import { AnchorContract } from '../src/anchor-contract.js';
import { LedgerState } from './ledger-state.js';
import { batchAfter, leafOf, textOf } from './plain-log.js';

const contract = new AnchorContract();
const SITE = 'ward.example';
const OWN = 'HospitalAMSP';
const leaves = ['a', 'b', 'c', 'd', 'e'].map(leafOf);

async function filled(): Promise<LedgerState> {
  const state = new LedgerState();
  await contract.append(state.context(OWN), textOf(batchAfter(SITE, [], leaves.slice(0, 3))));
  return state;
}

function append(state: LedgerState, batch: object, mspId = OWN): Promise<void> {
  return contract.append(state.context(mspId), textOf(batch));
}

describe('append', () => {
  test('continues the log with one read and one put', async () => {
    const state = await filled();
    const before = { read: state.read.length, puts: state.puts };
    await append(state, batchAfter(SITE, leaves.slice(0, 3), leaves.slice(3)));
    expect([state.read.length - before.read, state.puts - before.puts]).toEqual([1, 1]);
    const head = JSON.parse(await contract.head(state.context(OWN), textOf({ site: SITE })));
    expect(head).toMatchObject({ site: SITE, mspId: OWN, first: 3, last: 4, size: 5, txId: 'tx2' });
    expect(head.root).toBe(batchAfter(SITE, [], leaves).root);
    expect(head).not.toHaveProperty('leaves');
  });

  test('stores canonical JSON with the leaves of the batch', async () => {
    const state = await filled();
    const text = state.values.get(`log:${SITE}`)!.toString();
    const value = JSON.parse(text);
    expect(text).toBe(textOf(value));
    const plain = ['first', 'last', 'leaves', 'mspId', 'range', 'root', 'site', 'size', 'txId'];
    const added = ['at', 'consents', 'decided', 'format', 'violations'];
    expect(Object.keys(value)).toEqual([...plain, ...added].sort());
    expect(value).toMatchObject({ format: 'holdfast-log/2', decided: 0, consents: [], violations: [] });
    expect(value.leaves).toBe(batchAfter(SITE, [], leaves.slice(0, 3)).leaves);
  });

  test('says ALREADY_APPENDED with the transaction id when the last batch is sent again', async () => {
    const state = await filled();
    const again = append(state, batchAfter(SITE, [], leaves.slice(0, 3)));
    await expect(again).rejects.toThrow(/^ALREADY_APPENDED tx1$/);
  });

  test.each([
    ['leaves a gap', batchAfter(SITE, leaves.slice(0, 4), leaves.slice(4)), OWN, /^GAP /],
    ['overlaps', batchAfter(SITE, leaves.slice(0, 2), leaves.slice(2, 4)), OWN, /^GAP /],
    ['rewrites with other leaves', batchAfter(SITE, [], [...leaves.slice(0, 2), leafOf('x')]), OWN, /^GAP /],
    ['changes only the decision of what is appended', batchAfter(SITE, [], leaves.slice(0, 3), 0), OWN, /^GAP /],
    [
      'comes from another organisation',
      batchAfter(SITE, leaves.slice(0, 3), leaves.slice(3)),
      'HospitalBMSP',
      /^FOREIGN_SITE /,
    ],
    ['repeats as another organisation', batchAfter(SITE, [], leaves.slice(0, 3)), 'HospitalBMSP', /^FOREIGN_SITE /],
    [
      'has the root of other leaves',
      { ...batchAfter(SITE, leaves.slice(0, 3), leaves.slice(3)), root: leafOf('r').toString('base64') },
      OWN,
      /^WRONG_ROOT /,
    ],
    [
      'is built on another past',
      batchAfter(SITE, [leafOf('x'), ...leaves.slice(1, 3)], leaves.slice(3)),
      OWN,
      /^WRONG_ROOT /,
    ],
  ])('refuses a batch that %s and changes nothing', async (_, batch, mspId, message) => {
    const state = await filled();
    const before = state.values.get(`log:${SITE}`);
    await expect(append(state, batch, mspId)).rejects.toThrow(message);
    expect(state.values.get(`log:${SITE}`)).toBe(before);
  });

  test('keeps the logs of two sites apart', async () => {
    const state = await filled();
    await append(state, batchAfter('other.example', [], leaves.slice(0, 1)), 'HospitalBMSP');
    await append(state, batchAfter(SITE, leaves.slice(0, 3), leaves.slice(3)));
    expect([...state.values.keys()].sort()).toEqual(['log:other.example', `log:${SITE}`]);
  });
});

describe('arguments', () => {
  const good = batchAfter(SITE, [], leaves);
  const spaced = JSON.stringify(JSON.parse(textOf(good)), undefined, 1);

  test.each<[string, string[]]>([
    ['no argument', []],
    ['two arguments', [textOf(good), '']],
    ['no JSON', ['{']],
    ['a list', ['[]']],
    ['null', ['null']],
    ...[9, 1_000, 20_000, 300_000].map((depth): [string, string[]] => [
      `a list that is nested ${depth} deep`,
      [textOf(good).replace('{', `{"consents":${'['.repeat(depth)}${']'.repeat(depth)},`)],
    ]),
    ['whitespace', [spaced]],
    ['members in another order', [JSON.stringify(good)]],
    ['a member twice', [textOf(good).replace('{', '{"first":0,')]],
    ['an unknown member', [textOf({ ...good, zone: 'x' })]],
    ['a member less', [textOf({ site: SITE, first: 0, size: 5, root: good.root })]],
    ['a fraction', [textOf({ ...good, first: 0.5 })]],
    ['a negative number', [textOf({ ...good, first: -1 })]],
    ['a number beyond 2^53', [textOf(good).replace('"size":5', '"size":9007199254740993')]],
    ['a size that the leaves do not give', [textOf({ ...good, size: 6 })]],
    ['no leaves', [textOf({ ...good, leaves: '', size: 0 })]],
    ['half an entry', [textOf({ ...good, leaves: Buffer.alloc(50).toString('base64') })]],
    ['base64 with bits to spare', [textOf({ ...good, root: `${good.root.slice(0, -2)}9=` })]],
    ['base64url', [textOf({ ...good, root: Buffer.alloc(32, 0xff).toString('base64url') })]],
    ['a short root', [textOf({ ...good, root: Buffer.alloc(31).toString('base64') })]],
    ['a decision of 2', [textOf(batchAfter(SITE, [], leaves, 2))]],
    [
      '5,001 leaves',
      [
        textOf(
          batchAfter(
            SITE,
            [],
            Array.from({ length: 5_001 }, () => leaves[0]!),
          ),
        ),
      ],
    ],
    ['a site with a slash', [textOf({ ...good, site: 'a/b' })]],
    ['an empty site', [textOf({ ...good, site: '' })]],
    ['a site that is no text', [textOf({ ...good, site: 7 })]],
  ])('append refuses %s', async (_, args) => {
    const state = new LedgerState();
    await expect(contract.append(state.context(OWN), ...args)).rejects.toThrow(/^BAD_ARGUMENT /);
    expect([state.read.length, state.puts]).toEqual([0, 0]);
  });

  test('a batch may hold 5,000 leaves', async () => {
    const many = Array.from({ length: 5_000 }, (_, index) => leafOf(`${index}`));
    await append(new LedgerState(), batchAfter(SITE, [], many));
  });

  test('head of an unknown site is size 0, and of a bad name is refused', async () => {
    const context = new LedgerState().context(OWN);
    expect(await contract.head(context, textOf({ site: SITE }))).toBe('{"size":0}');
    await expect(contract.head(context, '{"site":""}')).rejects.toThrow(/^BAD_ARGUMENT /);
  });

  test('an unknown function has a code as well', async () => {
    await expect(contract.unknownTransaction()).rejects.toThrow(/^UNKNOWN_FUNCTION /);
  });
});
