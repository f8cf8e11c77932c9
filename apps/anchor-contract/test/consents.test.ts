import { common, msp } from '@hyperledger/fabric-protos';
import { describe, expect, test } from '@jest/globals';
import {
  consentText,
  contract,
  handleOf,
  storyOf as history,
  Log,
  microsOf,
  OTHER,
  OWN,
  put,
  revoke,
  SITE,
} from './consent-steps.js';
import { LedgerState } from './ledger-state.js';
import { batchAfter, leafOf, textOf } from './plain-log.js';

const THIRD = 'HospitalCMSP';

async function inForce(): Promise<LedgerState> {
  const state = new LedgerState();
  await put(state, { version: 1 });
  return state;
}

describe('a Consent on the ledger', () => {
  test('has one key for each version, and its history', async () => {
    const state = await inForce();
    await revoke(state, { version: 2, binding: 2_500 });
    const handle = handleOf('c');
    expect([...state.values.keys()].sort()).toEqual([
      `consent:${handle}:1`,
      `consent:${handle}:2`,
      `escape:${handle}:1`,
      `escape:${handle}:2`,
    ]);
    const { versions, ...told } = await history(state);
    expect(told).toEqual({ custodian: OWN, escapes: [], handle, site: SITE, witnesses: [OTHER] });
    expect(versions).toMatchObject([
      { version: 1, state: 'recorded', recorded: 1_000, by: OWN, txId: 'tx1' },
      { version: 2, state: 'revoked', recorded: 2_000, binding: 2_500, by: OWN, txId: 'tx2' },
    ]);
  });

  const policyOf = (state: LedgerState, key: string) =>
    common.SignaturePolicyEnvelope.deserializeBinary(state.policies.get(key)!);

  test('is changed by nobody once it is written, whoever endorses that', async () => {
    const state = await inForce();
    const choice = policyOf(state, `consent:${handleOf('c')}:1`)
      .getRule()!
      .getNOutOf()!;
    expect([choice.getN(), choice.getRulesList()]).toEqual([1, []]);
  });

  test('may be ended by a majority of the witnesses beside it, and the custodian does not change what they write', async () => {
    const state = new LedgerState();
    const witnesses = [OTHER, THIRD, 'HospitalDMSP'];
    await put(state, { version: 1, witnesses });
    const policy = policyOf(state, `escape:${handleOf('c')}:1`);
    const named = policy.getIdentitiesList().map((one) => msp.MSPRole.deserializeBinary(one.getPrincipal_asU8()));
    const { PEER } = msp.MSPRole.MSPRoleType;
    expect(named.map((role) => [role.getMspIdentifier(), role.getRole()])).toEqual(witnesses.map((id) => [id, PEER]));
    const choice = policy.getRule()!.getNOutOf()!;
    expect([choice.getN(), choice.getRulesList().map((rule) => rule.getSignedBy())]).toEqual([2, [0, 1, 2]]);
  });

  test('needs nothing but its versions to go on: each writes keys of its own, and reads no others', async () => {
    const state = await inForce();
    await put(state, { version: 2 });
    const [reads, puts] = [state.read.length, state.puts];
    await put(state, { version: 3 });
    const key = `consent:${handleOf('c')}`;
    expect(new Set(state.read.slice(reads))).toEqual(new Set([`${key}:1`, `${key}:2`, `${key}:3`]));
    expect(state.puts - puts).toBe(2);
  });

  test('is refused for now, and not for good, while its times are still to come', async () => {
    const state = await inForce();
    const at = (seconds: number) => put(state, { version: 2, recorded: 2_000, binding: microsOf(state, seconds) });
    await expect(at(901)).rejects.toThrow(/^TOO_EARLY /);
    const ahead = put(new LedgerState(), { version: 1, recorded: 9_000_000_000_000_000 });
    await expect(ahead).rejects.toThrow(/^TOO_EARLY /);
    await at(900);
  });

  test('that somebody else has put first is not taken for the own one, also if it says the same', async () => {
    const state = new LedgerState();
    await contract.putConsent(state.context(OTHER), consentText({ version: 1, witnesses: [OWN] }));
    await expect(put(state, { version: 1, witnesses: [THIRD] })).rejects.toThrow(/^FOREIGN_CONSENT /);
    expect((await history(state)).custodian).toBe(OTHER);
  });

  test.each<[string, () => Promise<LedgerState>, string, string, RegExp]>([
    ['a version twice', inForce, OWN, consentText({ version: 1 }), /^ALREADY_RECORDED tx1$/],
    ['a version with other times', inForce, OWN, consentText({ version: 1, recorded: 7 }), /^WRITTEN_ONCE /],
    ['a version after a gap', inForce, OWN, consentText({ version: 3 }), /^GAP /],
    [
      'a version recorded before the one before it',
      inForce,
      OWN,
      consentText({ version: 2, recorded: 1 }),
      /^BAD_TIME /,
    ],
    [
      'a version of another organisation',
      inForce,
      OTHER,
      consentText({ version: 2, witnesses: [OWN] }),
      /^FOREIGN_CONSENT /,
    ],
    ['a witness that is oneself', inForce, OWN, consentText({ version: 2, witnesses: [OWN, OTHER] }), /^BAD_ARGUMENT /],
    [
      'a version that binds before it is recorded',
      inForce,
      OWN,
      consentText({ version: 2, binding: 5 }),
      /^BAD_ARGUMENT /,
    ],
    ['version 0', inForce, OWN, consentText({ version: 0, recorded: 1 }), /^BAD_ARGUMENT /],
    ['no witness', inForce, OWN, consentText({ version: 2, witnesses: [] }), /^BAD_ARGUMENT /],
    ['witnesses in another order', inForce, OWN, consentText({ version: 2, witnesses: ['b', 'a'] }), /^BAD_ARGUMENT /],
    [
      'a name in place of a handle',
      inForce,
      OWN,
      textOf({ ...JSON.parse(consentText({ version: 2 })), handle: 'Consent/1' }),
      /^BAD_ARGUMENT /,
    ],
    [
      'a text in place of a time',
      inForce,
      OWN,
      textOf({ ...JSON.parse(consentText({ version: 2 })), recorded: '2026' }),
      /^BAD_ARGUMENT /,
    ],
    [
      'an unknown member',
      inForce,
      OWN,
      textOf({ ...JSON.parse(consentText({ version: 2 })), patient: 'x' }),
      /^BAD_ARGUMENT /,
    ],
  ])('is refused %s, and nothing changes', async (_, given, mspId, text, message) => {
    const state = await given();
    const before = new Map(state.values);
    await expect(contract.putConsent(state.context(mspId), text)).rejects.toThrow(message);
    expect(state.values).toEqual(before);
  });

  test('a revocation that is on the ledger cannot be written again as something else', async () => {
    const state = await inForce();
    await revoke(state, { version: 2 });
    await expect(put(state, { version: 2 })).rejects.toThrow(/^WRITTEN_ONCE /);
    await expect(revoke(state, { version: 2 })).rejects.toThrow(/^ALREADY_RECORDED tx2$/);
    await put(state, { version: 3 });
  });

  test('that nobody knows is refused as unknown', async () => {
    await expect(history(new LedgerState())).rejects.toThrow(/^UNKNOWN_CONSENT /);
  });
});

describe('a batch that relied on a Consent', () => {
  test.each<[string, { version: number; earliest: number; latest?: number }, string[]]>([
    [
      'from the moment it was recorded until the next version bound',
      { version: 1, earliest: 1_000, latest: 2_499 },
      [],
    ],
    ['and on the version after that', { version: 2, earliest: 2_500 }, []],
    ['before it was recorded', { version: 1, earliest: 999, latest: 1_200 }, ['EARLY']],
    ['when the next version was binding', { version: 1, earliest: 1_200, latest: 2_500 }, ['ENDED']],
    ['after it was revoked', { version: 2, earliest: 3_600 }, ['ENDED']],
    ['which was a revocation', { version: 3, earliest: 3_600 }, ['REVOKED']],
    ['in a version that nobody knows', { version: 4, earliest: 4_000 }, ['UNKNOWN']],
  ])('is kept, and marked only if it was wrong: %s', async (_, relied, reasons) => {
    const state = new LedgerState();
    await put(state, { version: 1 });
    await put(state, { version: 2, recorded: 2_000, binding: 2_500 });
    await revoke(state, { version: 3, binding: 3_500 });
    const log = new Log(state);
    expect((await log.relies(relied)).map(({ reason }) => reason)).toEqual(reasons);
    const { batches, complete } = await log.since(0);
    expect(
      batches.flatMap((batch: { violations: { reason: string }[] }) => batch.violations.map((v) => v.reason)),
    ).toEqual(reasons);
    expect(complete).toBe(1);
  });

  test('is judged by decision time: queued before a revocation, it is right although that arrives first', async () => {
    const state = await inForce();
    await revoke(state, { version: 2, recorded: 5_000 });
    const log = new Log(state);
    expect(await log.relies({ version: 1, earliest: 4_000, latest: 4_999 })).toEqual([]);
    expect((await log.since(0)).batches).toEqual([]);
  });

  test('is found by the query when the revocation arrives after it', async () => {
    const state = await inForce();
    const log = new Log(state);
    expect(await log.relies({ version: 1, earliest: 6_000 })).toEqual([]);
    expect(await log.relies({ version: 1, earliest: 4_000 })).toEqual([]);
    await revoke(state, { version: 2, recorded: 5_000 });
    const violation = { handle: handleOf('c'), version: 1, reason: 'ENDED' };
    expect((await log.since(0)).batches).toEqual([{ first: 0, size: 1, txId: 'tx2', violations: [violation] }]);
    expect((await log.since(1)).batches).toEqual([]);
  });

  test('is marked when it names a decision further back than the bound allows', async () => {
    const state = await inForce();
    const log = new Log(state);
    const latest = 2_000_000_000;
    expect(await log.relies({ version: 1, earliest: latest })).toEqual([]);
    expect(await log.relies({ version: 1, earliest: latest - 900_000_000 })).toEqual([]);
    expect(await log.relies({ version: 1, earliest: latest - 900_000_001 })).toMatchObject([{ reason: 'BACKDATED' }]);
    await log.relies({ version: 1, earliest: latest });
    expect((await log.since(0)).batches).toHaveLength(1);
  });

  /** What a batch that relied on this version reads besides its log. */
  async function readFor(state: LedgerState, version: number): Promise<string[]> {
    const before = state.read.length;
    await new Log(state).relies({ version, earliest: version * 1_000 });
    return state.read.slice(before).filter((key) => key.startsWith('consent:'));
  }

  test('reads that there is no next version, so that a revocation on its way makes it invalid', async () => {
    const key = `consent:${handleOf('c')}`;
    expect(await readFor(await inForce(), 1)).toEqual([`${key}:1`, `${key}:2`]);
  });

  test('reads nothing but the version and the next, so that further ones do not make it invalid', async () => {
    const state = await inForce();
    await put(state, { version: 2 });
    const key = `consent:${handleOf('c')}`;
    expect(await readFor(state, 1)).toEqual([`${key}:1`, `${key}:2`]);
  });
});

describe('batch', () => {
  test('gives the value with the leaves that hold an index, however old', async () => {
    const state = new LedgerState();
    const log = new Log(state);
    for (let index = 0; index < 5; index += 1) await log.relies();
    const at = (index: number) => contract.batch(state.context(OWN), textOf({ index, site: SITE }));
    for (let index = 0; index < 5; index += 1) {
      const value = JSON.parse(await at(index));
      expect(value).toMatchObject({ first: index, last: index, txId: `tx${index + 1}` });
      expect(Buffer.from(value.leaves, 'base64').subarray(1)).toEqual(leafOf(`${index}`));
    }
    await expect(at(5)).rejects.toThrow(/^UNKNOWN_BATCH /);
    await expect(at(-1)).rejects.toThrow(/^BAD_ARGUMENT /);
  });
});

describe('consents of a batch', () => {
  const one = { earliest: 1, handle: handleOf('a'), latest: 2, version: 1 };
  const batch = batchAfter(SITE, [], [leafOf('x')]);

  test.each<[string, unknown]>([
    ['an empty list', []],
    ['no list', one],
    ['one twice', [one, one]],
    ['another order', [{ ...one, version: 2 }, one]],
    ['an end before its beginning', [{ ...one, earliest: 3 }]],
    ['a fraction', [{ ...one, latest: 2.5 }]],
    ['version 0', [{ ...one, version: 0 }]],
    ['a handle of 31 bytes', [{ ...one, handle: Buffer.alloc(31).toString('base64url') }]],
    ['an unknown member', [{ ...one, patient: 'p' }]],
    ['1,001 of them', Array.from({ length: 1_001 }, (_, index) => ({ ...one, version: index + 1 }))],
  ])('cannot be %s', async (_, consents) => {
    const state = new LedgerState();
    const text = textOf({ ...batch, consents });
    await expect(contract.append(state.context(OWN), text)).rejects.toThrow(/^BAD_ARGUMENT /);
    expect([state.read.length, state.puts]).toEqual([0, 0]);
  });
});
