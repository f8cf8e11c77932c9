// FHIR R4, resource Consent: the SQL predicate against a plain reading of the same Consents
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type AccessFacts, compileRules, decide, decideWrite } from '#libs/consent';
import type { Consent } from '#libs/fhir-model';
import { statement } from '../src/postgres/statement.js';
import { isVisible, type ModelConsent, type ModelVersion, resourceOf } from './consent-model.js';
import { type TestStore, testStore } from './test-store.js';

let it: TestStore;
beforeAll(async () => {
  it = await testStore();
});
afterAll(() => it.close());

const patient = fc.constantFrom('1', '2', '3');
const actor = fc.constantFrom('Practitioner/1', 'Practitioner/2', 'Organization/1', 'Patient/2');
const type = fc.constantFrom('Observation', 'Condition', 'Patient');
const few = <T>(one: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant<T[]>([]) },
    { weight: 3, arbitrary: fc.uniqueArray(one, { maxLength: 3 }) },
  );

const consents: fc.Arbitrary<ModelConsent[]> = fc.array(
  fc.record(
    {
      patient,
      status: fc.constantFrom('active', 'active', 'active', 'inactive'),
      type: fc.constantFrom('permit', 'deny'),
      actors: few(fc.oneof(actor, fc.constant('Group/1'))),
      purposes: few(fc.constantFrom('TREAT', 'ETREAT', 'HMARKT', 'PurposeOfUse', '?')),
      classes: few(fc.constantFrom('Observation', 'Condition', '?')),
      period: fc.constantFrom('none', 'none', 'past', 'now', 'future'),
      labelled: fc.constantFrom(false, false, false, true),
      nestedDenyOf: fc.constantFrom('Observation', 'Condition'),
    },
    { requiredKeys: ['patient', 'status', 'type', 'actors', 'purposes', 'classes', 'period', 'labelled'] },
  ),
  { maxLength: 4 },
);
const facts: fc.Arbitrary<AccessFacts> = fc.record(
  {
    actors: fc.uniqueArray(actor, { maxLength: 2 }),
    staff: fc.boolean(),
    self: patient,
    purpose: fc.constantFrom('TREAT', 'ETREAT', 'HPAYMT', 'HMARKT', 'UNHEARD'),
    compartment: patient,
  },
  { requiredKeys: ['actors', 'staff'] },
);
const versions: fc.Arbitrary<ModelVersion[]> = fc.array(
  fc.record({ type, patients: fc.uniqueArray(patient, { maxLength: 3 }) }),
  { minLength: 1, maxLength: 6 },
);

/** Versions -1, -2, ... with their patients, and the rules as version -100 of a Consent, instead of all that was there. */
async function given(stored: ModelVersion[], spoken: ModelConsent[]): Promise<void> {
  const { hash64 } = it.store;
  const rows = spoken.flatMap((one, n) => compileRules(resourceOf(one, `c${n}`) as unknown as Consent, hash64));
  const json = (value: unknown) => JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one));
  await it.sql('TRUNCATE version, compartment, consent_rule');
  await it.sql(
    `INSERT INTO version (pid, type, id, version, last_updated, interaction, deleted, is_current, content, key, commitment)
      OVERRIDING SYSTEM VALUE
      SELECT pid, type, 'v' || pid, 1, now(), 'update', false, true, '', '', '' FROM
      jsonb_to_recordset($1::jsonb) AS x (pid bigint, type text)`,
    [json([{ pid: -100, type: 'Consent' }, ...stored.map((one, n) => ({ pid: -1 - n, type: one.type }))])],
  );
  await it.sql(
    `INSERT INTO compartment SELECT * FROM jsonb_to_recordset($1::jsonb) AS x (pid bigint, patient bigint)`,
    [json(stored.flatMap((one, n) => one.patients.map((id) => ({ pid: -1 - n, patient: hash64('Patient', id) }))))],
  );
  await it.sql(
    `INSERT INTO consent_rule SELECT -100, x.* FROM jsonb_to_recordset($1::jsonb) AS x (patient bigint, permit boolean,
      actors bigint[], purposes bigint[], classes text[], since timestamptz, until timestamptz)`,
    [json(rows)],
  );
}

test('a version is visible where a plain reading of the Consents says so', async () => {
  await fc.assert(
    fc.asyncProperty(consents, facts, versions, async (spoken, asking, stored) => {
      await given(stored, spoken);
      const permit = decide(asking, it.store.hash64);
      const { text, values } = statement(
        (bind) => `SELECT ${permit.predicate('v', bind)} AS ok, ${permit.decidedBy('v', bind)} AS consent
          FROM version v WHERE v.type <> 'Consent' ORDER BY v.pid DESC`,
      );
      const rows = await it.sql<{ ok: boolean; consent: string | null }>(text, values);
      expect(rows.map(({ ok }) => ok)).toEqual(stored.map((one) => isVisible(one, asking, spoken)));
      expect(rows.every(({ consent }) => consent === null || consent === 'Consent/v-100/_history/1')).toBe(true);
    }),
    { numRuns: 300 },
  );
}, 120_000);

test('content about to be stored is judged like content that is stored', async () => {
  await fc.assert(
    fc.asyncProperty(consents, facts, versions, async (spoken, asking, stored) => {
      await given([], spoken);
      const permit = decideWrite(asking, it.store.hash64);
      for (const { type: of, patients } of stored) {
        const hashes = patients.map((id) => String(it.store.hash64('Patient', id)));
        const { text, values } = statement(
          (bind) => `SELECT ${permit.predicateOn('n.type', 'n.patients', bind)} AS ok
            FROM (SELECT ${bind(of)}::text AS type, ${bind(hashes)}::bigint[] AS patients) AS n`,
        );
        const [row] = await it.sql<{ ok: boolean }>(text, values);
        const inside = asking.compartment === undefined || patients.includes(asking.compartment);
        const expected = asking.staff ? inside : isVisible({ type: of, patients }, asking, spoken);
        expect(row?.ok).toBe(expected);
        if (permit.isFree) expect(row?.ok).toBe(true);
      }
    }),
    { numRuns: 100 },
  );
}, 120_000);
