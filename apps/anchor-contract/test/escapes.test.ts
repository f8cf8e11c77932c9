// What witnesses may do in the stead of a custodian that has vanished, and what it is worth when it has not
import { describe, expect, test } from '@jest/globals';
import { AnchorContract } from '../src/anchor-contract.js';
import {
  consentText,
  contract,
  handleOf,
  Log,
  microsOf,
  OTHER,
  OWN,
  put,
  revoke,
  SITE,
  standIn,
  storyOf,
} from './consent-steps.js';
import { LedgerState } from './ledger-state.js';
import { batchAfter, leafOf, textOf } from './plain-log.js';

const THIRD = 'HospitalCMSP';
const KEY = `escape:${handleOf('c')}:1`;
/** A witness whose own setting lets it revoke whenever it likes. */
const hasty = new AnchorContract({ decisionBoundSeconds: 900, vanishedAfterDays: 0, clockBoundSeconds: 900 });

/** A Consent in force, and a log that has one batch at the same time. */
async function inForce(): Promise<{ state: LedgerState; log: Log }> {
  const state = new LedgerState();
  await put(state, { version: 1 });
  const log = new Log(state);
  await log.relies();
  return { state, log };
}

function after(state: LedgerState, days: number): void {
  state.time = new Date(state.time.getTime() + days * 24 * 60 * 60 * 1000);
}

const reasons = async (log: Log) =>
  (await log.since(0)).batches.flatMap(({ violations }: { violations: { reason: string }[] }) =>
    violations.map(({ reason }) => reason),
  );

describe('a custodian that has vanished', () => {
  test('can be stood in for by a witness, who may revoke and nothing else', async () => {
    const { state } = await inForce();
    after(state, 30);
    const text = consentText({ version: 2, witnesses: [OWN] });
    await expect(contract.putConsent(state.context(OTHER), text)).rejects.toThrow(/^FOREIGN_CONSENT /);
    await expect(standIn(state, { version: 2 }, THIRD)).rejects.toThrow(/^FOREIGN_CONSENT /);
    await expect(standIn(state, { version: 1 })).rejects.toThrow(/^WRITTEN_ONCE /);
    await expect(standIn(state, { version: 3 })).rejects.toThrow(/^GAP /);
    await standIn(state, { version: 2 });
    await expect(standIn(state, { version: 2 })).rejects.toThrow(/^ALREADY_RECORDED tx\d+$/);
    const { custodian, versions, escapes } = await storyOf(state);
    expect([custodian, versions.length]).toEqual([OWN, 1]);
    expect(escapes).toEqual([
      {
        version: 1,
        by: OTHER,
        recorded: microsOf(state),
        binding: microsOf(state),
        at: state.time.getTime(),
        txId: expect.stringMatching(/^tx/),
        counts: 1,
      },
    ]);
  });

  test('is stood in for beside the version, whose own keys are not touched', async () => {
    const { state } = await inForce();
    const before = new Map(state.values);
    after(state, 31);
    await standIn(state, { version: 2 });
    expect([...state.values].filter(([key, value]) => before.get(key) !== value).map(([key]) => key)).toEqual([KEY]);
  });

  test('goes on as ever when it is back, and what was decided after the escape is found', async () => {
    const { state, log } = await inForce();
    after(state, 31);
    await standIn(state, { version: 2 });
    const ended = microsOf(state);
    after(state, 1);
    expect(await log.relies({ version: 1, earliest: ended - 1 })).toEqual([]);
    expect(await reasons(log)).toEqual([]);
    expect(await log.relies({ version: 1, earliest: ended })).toEqual([]);
    expect(await reasons(log)).toEqual(['ENDED']);
    await put(state, { version: 2, recorded: microsOf(state) });
    expect(await log.relies({ version: 2, earliest: microsOf(state, 1) })).toEqual([]);
    expect(await reasons(log)).toEqual(['ENDED']);
    const { versions, escapes } = await storyOf(state);
    expect([versions.length, escapes[0].counts]).toEqual([2, 1]);
    await expect(standIn(state, { version: 2 })).rejects.toThrow(/^WRITTEN_ONCE /);
  });

  test.each<[string, (state: LedgerState, log: Log) => Promise<unknown>]>([
    ['its log moves', (_, log) => log.relies()],
    ['it writes versions of the Consent', (state) => put(state, { version: 2 })],
  ])('has not vanished while %s', async (_, step) => {
    const { state, log } = await inForce();
    after(state, 29);
    await step(state, log);
    after(state, 29);
    const { versions } = await storyOf(state);
    await expect(standIn(state, { version: versions.length + 1 })).rejects.toThrow(/^FOREIGN_CONSENT /);
  });

  test('is not kept alive by the log of somebody else under the name that it gave', async () => {
    const state = new LedgerState();
    await put(state, { version: 1, site: 'other.example' });
    after(state, 31);
    const batch = batchAfter('other.example', [], [leafOf('of another')]);
    await contract.append(state.context(OTHER), textOf(batch));
    await standIn(state, { version: 2 });
    expect((await storyOf(state)).escapes).toMatchObject([{ counts: 1 }]);
  });

  test('is not stood in for as of another time than now', async () => {
    const { state } = await inForce();
    after(state, 31);
    const at = (seconds: number) => standIn(state, { version: 2, recorded: microsOf(state, seconds) });
    await expect(at(-901)).rejects.toThrow(/^BAD_TIME /);
    await expect(at(901)).rejects.toThrow(/^TOO_EARLY /);
    await at(-900);
  });
});

describe('a witness that revokes although the custodian is there', () => {
  test('is named, and changes nothing: neither what is judged nor what the custodian may do', async () => {
    const { state, log } = await inForce();
    expect(await log.relies({ version: 1, earliest: 5_000 })).toEqual([]);
    after(state, 1);
    await standIn(state, { version: 2 }, OTHER, hasty);
    expect((await storyOf(state)).escapes).toMatchObject([{ version: 1, by: OTHER, counts: 0, fault: 'NOT_VANISHED' }]);
    expect(await log.relies({ version: 1, earliest: microsOf(state, 1) })).toEqual([]);
    expect(await reasons(log)).toEqual([]);
    await revoke(state, { version: 2, recorded: microsOf(state, 2) });
    expect(await log.relies({ version: 1, earliest: microsOf(state, 2) })).toMatchObject([{ reason: 'ENDED' }]);
  });

  test('may still do so when the custodian has really vanished', async () => {
    const { state } = await inForce();
    await standIn(state, { version: 2 }, OTHER, hasty);
    after(state, 31);
    await standIn(state, { version: 2 });
    expect((await storyOf(state)).escapes).toMatchObject([{ fault: 'NOT_VANISHED' }, { counts: 1 }]);
  });

  test('does not take back what counted by writing something else over it', async () => {
    const { state, log } = await inForce();
    after(state, 31);
    await standIn(state, { version: 2 });
    const ended = microsOf(state);
    after(state, 1);
    state.write(KEY, Buffer.from('no JSON'), 'over it');
    await log.relies({ version: 1, earliest: ended });
    expect(await reasons(log)).toEqual(['ENDED']);
    expect((await storyOf(state)).escapes).toMatchObject([{ counts: 1 }, { txId: 'over it', fault: 'UNREADABLE' }]);
  });
});

describe('a peer that lies may write under the key of an escape', () => {
  const forged = (state: LedgerState, change: object = {}) => {
    const escaped = { binding: microsOf(state), by: OTHER, recorded: microsOf(state), txId: 'forged', ...change };
    const wayOut = { at: 0, escaped, format: 'holdfast-escape/1', site: 'nowhere', witnesses: [OTHER, THIRD] };
    state.write(KEY, Buffer.from(textOf(wayOut)), 'forged');
  };

  test.each<[string, (state: LedgerState, log: Log) => Promise<unknown>, string]>([
    ['what cannot be read', async (state) => state.write(KEY, Buffer.from('{"a":'), 'forged'), 'UNREADABLE'],
    ['nothing', async (state) => state.write(KEY, Buffer.alloc(0), 'forged'), 'UNREADABLE'],
    ['another who may stand in', async (state) => forged(state, { by: THIRD }), 'NO_WITNESS'],
    ['that it was earlier', async (state) => forged(state, { binding: 2_000, recorded: 2_000 }), 'BAD_TIME'],
    ['another site, whose log stands still', async (state, log) => forged(await moved(state, log)), 'NOT_VANISHED'],
    ['in a time to come', async (state) => inTheFuture(state, () => forged(state)), 'TOO_EARLY'],
    ['behind the next version', async (state) => forged(await goneOn(state)), 'NOT_LAST'],
  ])('%s, which does not count', async (_, lie, fault) => {
    const { state, log } = await inForce();
    after(state, 31);
    await lie(state, log);
    await log.relies({ version: 1, earliest: 3_000 });
    expect(await reasons(log)).toEqual([]);
    const { custodian, site, witnesses, escapes } = await storyOf(state);
    expect({ custodian, site, witnesses }).toEqual({ custodian: OWN, site: SITE, witnesses: [OTHER] });
    expect(escapes).toMatchObject([{ txId: 'forged', counts: 0, fault }]);
    await put(state, { version: fault === 'NOT_LAST' ? 3 : 2, recorded: microsOf(state) });
  });

  async function moved(state: LedgerState, log: Log): Promise<LedgerState> {
    await log.relies();
    after(state, 1);
    return state;
  }

  async function goneOn(state: LedgerState): Promise<LedgerState> {
    await put(state, { version: 2, recorded: microsOf(state) });
    return state;
  }

  async function inTheFuture(state: LedgerState, step: () => void): Promise<void> {
    const now = state.time;
    after(state, 60);
    step();
    state.time = now;
  }
});
