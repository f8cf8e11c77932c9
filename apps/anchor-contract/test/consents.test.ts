import { common, msp } from '@hyperledger/fabric-protos';
import { describe, expect, test } from '@jest/globals';
import { consentText, contract, handleOf, Log, OTHER, OWN, put, revoke, SITE } from './consent-steps.js';
import { LedgerState } from './ledger-state.js';
import { batchAfter, leafOf, textOf } from './plain-log.js';

const THIRD = 'HospitalCMSP';
const LATER = new Date('2026-03-01T00:00:00Z');

async function inForce(): Promise<LedgerState> {
  const state = new LedgerState();
  await put(state, { version: 1 });
  return state;
}

async function history(state: LedgerState) {
  return JSON.parse(await contract.consent(state.context(OWN), textOf({ handle: handleOf('c') })));
}

describe('a Consent on the ledger', () => {
  test('has one key for each version, and its history', async () => {
    const state = await inForce();
    await revoke(state, { version: 2, binding: 2_500 });
    const handle = handleOf('c');
    expect([...state.values.keys()].sort()).toEqual([
      `consent:${handle}`,
      `consent:${handle}:1`,
      `consent:${handle}:2`,
    ]);
    const { custodian, versions } = await history(state);
    expect(custodian).toBe(OWN);
    expect(versions).toMatchObject([
      { version: 1, state: 'recorded', recorded: 1_000, by: OWN, txId: 'tx1' },
      { version: 2, state: 'revoked', recorded: 2_000, binding: 2_500, by: OWN, txId: 'tx2' },
    ]);
  });

  test('may only be changed with the endorsement of its custodian, or of a majority of the witnesses', async () => {
    const state = new LedgerState();
    await put(state, { version: 1, witnesses: [OTHER, THIRD, 'HospitalDMSP'] });
    for (const key of state.values.keys()) {
      const policy = common.SignaturePolicyEnvelope.deserializeBinary(state.policies.get(key)!);
      const named = policy.getIdentitiesList().map((one) => msp.MSPRole.deserializeBinary(one.getPrincipal_asU8()));
      expect(named.map((role) => [role.getMspIdentifier(), role.getRole()])).toEqual(
        [OWN, OTHER, THIRD, 'HospitalDMSP'].map((id) => [id, msp.MSPRole.MSPRoleType.PEER]),
      );
      const either = policy.getRule()!.getNOutOf()!;
      expect(either.getN()).toBe(1);
      const [custodian, standIn] = either.getRulesList();
      expect(custodian!.getSignedBy()).toBe(0);
      expect(standIn!.getNOutOf()!.getN()).toBe(2);
      expect(
        standIn!
          .getNOutOf()!
          .getRulesList()
          .map((rule) => rule.getSignedBy()),
      ).toEqual([1, 2, 3]);
    }
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
    ['a version of another organisation', inForce, OTHER, consentText({ version: 2 }), /^FOREIGN_CONSENT /],
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

describe('a custodian that has vanished', () => {
  test('can be stood in for by a witness, who may revoke and nothing else', async () => {
    const state = await inForce();
    state.time = LATER;
    await expect(put(state, { version: 2 }, OTHER)).rejects.toThrow(/^FOREIGN_CONSENT /);
    await expect(revoke(state, { version: 2 }, THIRD)).rejects.toThrow(/^FOREIGN_CONSENT /);
    await revoke(state, { version: 2 }, OTHER);
    const { custodian, versions } = await history(state);
    expect([custodian, versions[1].by, versions[1].state]).toEqual([OWN, OTHER, 'revoked']);
    await expect(revoke(state, { version: 2 }, OTHER)).rejects.toThrow(/^ALREADY_RECORDED /);
    await expect(revoke(state, { version: 3 }, OTHER)).rejects.toThrow(/^FOREIGN_CONSENT /);
  });

  test('is stood in for in the head of the Consent alone, whose policy does not ask for it; its next version gives that a key', async () => {
    const state = await inForce();
    const keys = [...state.values.keys()];
    state.time = LATER;
    await revoke(state, { version: 2 }, OTHER);
    expect([...state.values.keys()]).toEqual(keys);
    const log = new Log(state);
    expect(await log.relies({ version: 1, earliest: 1_500 })).toEqual([]);
    expect(await log.relies({ version: 1, earliest: 2_000 })).toMatchObject([{ reason: 'ENDED' }]);
    expect(await log.relies({ version: 2, earliest: 2_100 })).toMatchObject([{ reason: 'REVOKED' }]);
    await put(state, { version: 3 });
    const { versions } = await history(state);
    expect(versions.map(({ by, state: is }: { by: string; state: string }) => [by, is])).toEqual([
      [OWN, 'recorded'],
      [OTHER, 'revoked'],
      [OWN, 'recorded'],
    ]);
    expect(await log.relies({ version: 2, earliest: 2_100 })).toMatchObject([{ reason: 'REVOKED' }]);
    expect(await log.relies({ version: 3, earliest: 3_100 })).toEqual([]);
  });

  test('has not vanished while its log moves', async () => {
    const state = await inForce();
    state.time = LATER;
    await contract.append(state.context(OWN), textOf(batchAfter(SITE, [], [leafOf('a')])));
    await expect(revoke(state, { version: 2 }, OTHER)).rejects.toThrow(/^FOREIGN_CONSENT /);
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

  test('reads that there is no next version, and the head, so that a revocation on its way makes it invalid', async () => {
    const key = `consent:${handleOf('c')}`;
    expect(await readFor(await inForce(), 1)).toEqual([`${key}:1`, `${key}:2`, key]);
  });

  test('reads only what is written once where there is a next version, so that further ones do not make it invalid', async () => {
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
