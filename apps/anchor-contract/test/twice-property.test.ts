// Fabric endorsement: every peer runs the transaction by itself, and all must come to the same writes
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { consentText, contract, handleOf, microsOf, OTHER, OWN, SITE } from './consent-steps.js';
import { LedgerState } from './ledger-state.js';
import { batchAfter, leafOf, textOf } from './plain-log.js';

const names = fc.constantFrom('a', 'b', 'c');
const version = fc.integer({ min: 1, max: 4 });
const time = fc.integer({ min: 0, max: 10_000 });
const mspId = fc.constantFrom(OWN, OWN, OWN, OTHER);
const consent = fc.record({ name: names, version, recorded: time, longer: fc.nat(500), now: fc.boolean() });
const relied = fc.uniqueArray(fc.record({ name: names, version, earliest: time, longer: fc.nat(500) }), {
  selector: (one) => `${one.name}${one.version}`,
  maxLength: 5,
});
const step = fc.oneof(
  fc.record({ kind: fc.constantFrom('putConsent' as const, 'revokeConsent' as const), mspId, consent }),
  fc.record({ kind: fc.constant('append' as const), mspId, relied }),
  fc.record({ kind: fc.constant('wait' as const), days: fc.integer({ min: 0, max: 40 }) }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function run(state: LedgerState, one: Step, leaves: readonly Buffer[]): Promise<void> {
  if (one.kind === 'wait') {
    state.time = new Date(state.time.getTime() + one.days * 24 * 60 * 60 * 1000);
    return;
  }
  const context = state.context(one.mspId);
  if (one.kind !== 'append') {
    const { longer, now, recorded: early, ...more } = one.consent;
    const recorded = now ? microsOf(state) : early;
    const witnesses = [one.mspId === OWN ? OTHER : OWN];
    return contract[one.kind](context, consentText({ ...more, recorded, binding: recorded + longer, witnesses }));
  }
  const consents = one.relied
    .map(({ name, version: of, earliest, longer }) => ({
      earliest,
      handle: handleOf(name),
      latest: earliest + longer,
      version: of,
    }))
    .sort((a, b) => (a.handle === b.handle ? a.version - b.version : a.handle < b.handle ? -1 : 1));
  const batch = batchAfter(SITE, leaves, [leafOf(`${leaves.length}`)]);
  return contract.append(context, textOf(consents.length > 0 ? { ...batch, consents } : batch));
}

const outcome = (done: Promise<void>) =>
  done.then(
    () => 'done',
    (error: Error) => error.message,
  );

test('whatever is done, in whatever state, a second run gives the same writes, policies and refusals', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const state = new LedgerState();
      const leaves: Buffer[] = [];
      for (const one of steps) {
        const twin = state.twin();
        const [first, second] = [await outcome(run(state, one, leaves)), await outcome(run(twin, one, leaves))];
        expect(second).toBe(first);
        expect(twin.values).toEqual(state.values);
        expect(twin.policies).toEqual(state.policies);
        if (one.kind === 'append' && first === 'done') leaves.push(leafOf(`${leaves.length}`));
      }
    }),
  );
});

test('a batch is marked exactly when a plain reading of the Consents says that it relied on one wrongly', async () => {
  const history = fc.array(fc.record({ gap: fc.integer({ min: 1, max: 50 }), late: fc.nat(40), ends: fc.boolean() }), {
    minLength: 1,
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(
      history,
      fc.integer({ min: 1, max: 6 }),
      fc.nat(300),
      fc.nat(60),
      async (all, of, from, longer) => {
        const state = new LedgerState();
        let recorded = 0;
        const versions = [];
        for (const [index, { gap, late, ends }] of all.entries()) {
          recorded += gap;
          const ended = index > 0 && ends;
          const text = consentText({ version: index + 1, recorded, binding: recorded + late });
          await contract[ended ? 'revokeConsent' : 'putConsent'](state.context(OWN), text);
          versions.push({ recorded, binding: recorded + late, ended });
        }
        const consents = [{ earliest: from, handle: handleOf('c'), latest: from + longer, version: of }];
        const batch = { ...batchAfter(SITE, [], [leafOf('x')]), consents };
        await contract.append(state.context(OWN), textOf(batch));
        const [own, next] = [versions[of - 1], versions[of]];
        const right =
          own !== undefined &&
          !own.ended &&
          from >= own.recorded &&
          (next === undefined || from + longer < next.binding);
        const { violations } = JSON.parse(state.values.get(`log:${SITE}`)!.toString());
        expect(violations.length).toBe(right ? 0 : 1);
      },
    ),
  );
});
