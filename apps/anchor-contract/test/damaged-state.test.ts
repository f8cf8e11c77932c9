// Whatever lies in the state, written by a peer that lies or by a version of the contract that is gone: a refusal has a code
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EMPTY_ROOT } from '../../../libs/merkle/src/index.js';
import { consentText, contract, handleOf, OTHER, OWN, put, SITE } from './consent-steps.js';
import { LedgerState } from './ledger-state.js';
import { batchAfter, leafOf, textOf } from './plain-log.js';

const handle = handleOf('c');
const first = batchAfter(SITE, [], [leafOf('a')]);
const second = batchAfter(SITE, [leafOf('a')], [leafOf('b')]);
const relied = [{ earliest: 5_000, handle, latest: 5_000, version: 1 }];
const hash = Buffer.alloc(32).toString('base64');
const offer = {
  before: { block: 1, blockHash: hash, channel: 'holdfast', genesis: hash, pin: hash },
  consents: { root: EMPTY_ROOT.toString('base64'), size: 0 },
  decided: 0,
  organizations: [OWN, OTHER],
  range: [leafOf('x').toString('base64')],
  root: leafOf('x').toString('base64'),
  site: 'offered',
  size: 1,
};
const carried = [{ binding: 1, handle, recorded: 1, state: 'recorded', version: 1 }];

type Call = [fn: Exclude<keyof typeof contract, symbol>, argument: string, mspId?: string];
const CALLS: Call[] = [
  ['append', textOf({ ...second, consents: relied })],
  ['append', textOf({ ...batchAfter('offered', [], [leafOf('a')]), consents: relied })],
  ['putConsent', consentText({ version: 2 })],
  ['revokeConsent', consentText({ version: 3 })],
  ['revokeConsent', consentText({ version: 2, witnesses: [OWN] }), OTHER],
  ['offerAdoption', textOf({ ...offer, decided: 1 })],
  ['carryConsents', textOf({ consents: carried, first: 0, site: 'offered' })],
  ['adopt', textOf({ root: offer.root, site: 'offered', size: 1 })],
  ['adoption', textOf({ site: 'offered' })],
  ['head', textOf({ site: SITE })],
  ['batch', textOf({ index: 0, site: SITE })],
  ['consent', textOf({ handle })],
  ['violations', textOf({ since: 0, site: SITE })],
];

async function given(): Promise<LedgerState> {
  const state = new LedgerState();
  await contract.append(state.context(OWN), textOf({ ...first, consents: relied }));
  await put(state, { version: 1 });
  await contract.offerAdoption(state.context(OWN), textOf(offer));
  return state;
}

async function outcome(state: LedgerState, [fn, argument, mspId = OWN]: Call): Promise<string> {
  const run = (contract as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[fn]!.bind(contract);
  try {
    await run(state.context(mspId), argument);
    return 'done';
  } catch (error) {
    return (error as Error).message;
  }
}

const KEYS = [`log:${SITE}`, 'adoption:offered', `consent:${handle}:1`, `consent:${handle}:2`, `escape:${handle}:1`];
const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;

/** What is there, with one member gone, or something else in its place; or anything at all. */
function damaged(value: string): fc.Arbitrary<string> {
  const members = Object.keys(JSON.parse(value || '{}'));
  const changed = fc
    .tuple(fc.constantFrom(...members, 'more'), fc.oneof(fc.jsonValue(), fc.constant(undefined)))
    .map(([name, other]) => JSON.stringify({ ...JSON.parse(value || '{}'), [name]: other }));
  const cut = fc.nat(value.length).map((length) => value.slice(0, length));
  return fc.oneof(changed, cut, fc.json(), fc.constantFrom('null', '[]', '{}', deep, `{"a":${deep}}`, '\u{0}'));
}

describe('state that is damaged', () => {
  test.each(KEYS)('under %s is never met with anything but a refusal that has a code', async (key) => {
    const value = (await given()).values.get(key)?.toString() ?? '';
    await fc.assert(
      fc.asyncProperty(damaged(value), fc.constantFrom(...CALLS), async (damage, call) => {
        const state = await given();
        state.write(key, Buffer.from(damage), 'damage');
        expect(await outcome(state, call)).toMatch(/^(?:done$|[A-Z_]+ )/);
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, Call, string]>([
    [`log:${SITE}`, ['append', textOf(second)], 'BAD_STATE'],
    [`log:${SITE}`, ['batch', textOf({ index: 0, site: SITE })], 'BAD_STATE'],
    ['adoption:offered', ['append', textOf(batchAfter('offered', [], [leafOf('a')]))], 'BAD_STATE'],
    [`consent:${handle}:1`, ['putConsent', consentText({ version: 2 })], 'BAD_STATE'],
    [`consent:${handle}:1`, ['consent', textOf({ handle })], 'BAD_STATE'],
    [`escape:${handle}:1`, ['revokeConsent', consentText({ version: 2, witnesses: [OWN] }), OTHER], 'BAD_STATE'],
    [`escape:${handle}:1`, ['putConsent', consentText({ version: 2 })], 'done'],
    [`escape:${handle}:1`, ['consent', textOf({ handle })], 'done'],
    [`escape:${handle}:1`, ['violations', textOf({ since: 0, site: SITE })], 'done'],
  ])('under %s is met by %j with %s', async (key, call, code) => {
    const state = await given();
    state.write(key, Buffer.from('no JSON'), 'damage');
    expect((await outcome(state, call)).split(' ')[0]).toBe(code);
  });

  test('under a version of a Consent stops no log: a batch that relied on it is marked', async () => {
    const state = await given();
    state.write(`consent:${handle}:1`, Buffer.from('no JSON'), 'damage');
    await contract.append(state.context(OWN), textOf({ ...second, consents: relied }));
    const { violations } = JSON.parse(state.values.get(`log:${SITE}`)!.toString());
    expect(violations).toEqual([{ handle, reason: 'UNKNOWN', version: 1 }]);
  });
});
