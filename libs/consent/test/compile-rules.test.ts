// FHIR R4, resource Consent: scope, policyRule, provision
import { describe, expect, test } from '@jest/globals';
import { compileRules, type RuleRow } from '#libs/consent';
import type { Consent } from '#libs/fhir-model';
import { hash64 } from './hash64.js';

const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
const SCOPE = 'http://terminology.hl7.org/CodeSystem/consentscope';
const TYPES = 'http://hl7.org/fhir/resource-types';

type Provision = NonNullable<Consent['provision']>;

const scope = (code: string) => ({ coding: [{ system: SCOPE, code }] });
const policy = (code: string) => ({ coding: [{ system: ACT_CODE, code }] });
const consent = (provision: Provision | undefined, more: Partial<Consent> = {}): Consent => ({
  resourceType: 'Consent',
  status: 'active',
  scope: scope('patient-privacy'),
  category: [],
  patient: { reference: 'Patient/1' },
  ...(provision && { provision }),
  ...more,
});
const actor = (reference: string, role = 'PRCP') => ({
  role: { coding: [{ system: PARTICIPATION, code: role }] },
  reference: { reference },
});
const rules = (...given: Parameters<typeof consent>) => compileRules(consent(...given), hash64);

const ALL = { actors: null, purposes: null, classes: null, since: null, until: null };
const PATIENT = { patient: hash64('Patient', '1') };
const DENY: RuleRow = { ...PATIENT, permit: false, ...ALL };
const PERMIT: RuleRow = { ...PATIENT, permit: true, ...ALL };
const who = (...references: string[]) => references.map((reference) => hash64('consent-actor', reference));
const why = (...codes: string[]) => codes.map((code) => hash64('consent-purpose', code));

describe('a root provision', () => {
  test('permits or denies by its type', () => {
    expect(rules({ type: 'permit' })).toEqual([PERMIT]);
    expect(rules({ type: 'deny' })).toEqual([DENY]);
  });

  test('without a type follows the policy: opt-in permits, opt-out denies, anything else denies', () => {
    expect(rules({}, { policyRule: policy('OPTIN') })).toEqual([PERMIT]);
    expect(rules({}, { policyRule: policy('OPTINR') })).toEqual([PERMIT]);
    expect(rules({}, { policyRule: policy('OPTOUT') })).toEqual([DENY]);
    expect(rules({}, { policyRule: policy('EMRGONLY') })).toEqual([DENY]);
    expect(rules({})).toEqual([DENY]);
  });

  test('that is absent leaves an opt-out and nothing else', () => {
    expect(rules(undefined, { policyRule: policy('OPTOUT') })).toEqual([DENY]);
    expect(rules(undefined, { policyRule: policy('OPTIN') })).toEqual([]);
    expect(rules(undefined)).toEqual([]);
  });

  test('carries actors, purposes, classes and period into the rule', () => {
    const provision: Provision = {
      type: 'permit',
      actor: [actor('Practitioner/1'), actor('Organization/2')],
      purpose: [{ system: ACT_REASON, code: 'TREAT' }],
      class: [{ system: TYPES, code: 'Observation' }],
      period: { start: '2026-01-01', end: '2026-12' },
    };
    expect(rules(provision)).toEqual([
      {
        ...PERMIT,
        actors: who('Practitioner/1', 'Organization/2'),
        purposes: why('TREAT'),
        classes: ['Observation'],
        since: '2026-01-01T00:00:00.000Z',
        until: '2027-01-01T00:00:00.000Z',
      },
    ]);
  });
});

describe('a Consent', () => {
  test('speaks only while it is active', () => {
    for (const status of ['draft', 'proposed', 'rejected', 'inactive', 'entered-in-error'] as const) {
      expect(rules({ type: 'deny' }, { status })).toEqual([]);
    }
  });

  test('to a treatment or of an advance directive says nothing about disclosure', () => {
    expect(rules({ type: 'deny' }, { scope: scope('treatment') })).toEqual([]);
    expect(rules({ type: 'permit' }, { scope: scope('adr') })).toEqual([]);
  });

  test('of another scope may deny but not permit', () => {
    for (const other of [scope('research'), scope('something-new'), { text: 'privacy' }]) {
      expect(rules({ type: 'deny' }, { scope: other })).toEqual([DENY]);
      expect(rules({ type: 'permit' }, { scope: other })).toEqual([]);
    }
  });

  test('whose meaning may be changed by what is not understood may deny but not permit', () => {
    const more = [{ implicitRules: 'http://example.org' }, { modifierExtension: [{ url: 'http://example.org' }] }];
    for (const modified of more) {
      expect(rules({ type: 'deny' }, modified)).toEqual([DENY]);
      expect(rules({ type: 'permit' }, modified)).toEqual([]);
    }
  });

  test('about nobody we know, or about a patient elsewhere, gives no rule', () => {
    for (const patient of [undefined, { reference: 'https://other.example/fhir/Patient/1' }, { display: 'Someone' }]) {
      expect(compileRules({ ...consent({ type: 'deny' }), patient }, hash64)).toEqual([]);
    }
  });
});

describe('what is not understood', () => {
  const unknown: Provision[] = [
    { securityLabel: [{ code: 'R' }] },
    { action: [{ coding: [{ code: 'access' }] }] },
    { code: [{ text: 'x' }] },
    { data: [{ meaning: 'instance', reference: { reference: 'Observation/1' } }] },
    { dataPeriod: { start: '2020' } },
    { extension: [{ url: 'http://example.org', valueBoolean: true }] },
    { modifierExtension: [{ url: 'http://example.org', valueBoolean: true }] },
    { actor: [actor('Group/1')] },
    { actor: [{ ...actor('Practitioner/1'), reference: { identifier: { value: 'x' } } }] },
    { actor: [{ ...actor('Practitioner/1'), modifierExtension: [{ url: 'http://example.org' }] }] },
    { actor: [actor('Organization/1', 'CST')] },
    { actor: [actor('Practitioner/1', 'AUT')] },
    { purpose: [{ system: 'http://example.org', code: 'TREAT' }] },
    { class: [{ system: 'urn:ietf:bcp:13', code: 'application/pdf' }] },
    { class: [{ system: TYPES, code: 'DomainResource' }] },
    { period: { start: 'yesterday' } },
  ];

  test.each(unknown)('%j makes a permit nothing, and a deny hold for all', (criterion) => {
    expect(rules({ type: 'permit', ...criterion })).toEqual([]);
    expect(rules({ type: 'deny', ...criterion })).toEqual([DENY]);
  });

  test('in a list leaves a permit what is understood, and a deny nothing of the list', () => {
    const list: Provision = { actor: [actor('Practitioner/1'), actor('CareTeam/1')] };
    expect(rules({ type: 'permit', ...list })).toEqual([{ ...PERMIT, actors: who('Practitioner/1') }]);
    expect(rules({ type: 'deny', ...list })).toEqual([DENY]);
  });

  test('beside an understood criterion leaves a deny that one', () => {
    const provision: Provision = { type: 'deny', actor: [actor('Practitioner/1')], code: [{ text: 'x' }] };
    expect(rules(provision)).toEqual([{ ...DENY, actors: who('Practitioner/1') }]);
  });

  test('as a custodian beside a recipient keeps a permit shut and a deny on both', () => {
    const both: Provision = { actor: [actor('Organization/1', 'CST'), actor('Practitioner/2')] };
    expect(rules({ type: 'permit', ...both })).toEqual([]);
    expect(rules({ type: 'deny', ...both })).toEqual([{ ...DENY, actors: who('Organization/1', 'Practitioner/2') }]);
  });

  test('an absolute reference is only itself to a permit, and the local one as well to a deny', () => {
    const provision: Provision = { actor: [actor('https://other.example/fhir/Practitioner/1')] };
    const absolute = 'https://other.example/fhir/Practitioner/1';
    expect(rules({ type: 'permit', ...provision })).toEqual([{ ...PERMIT, actors: who(absolute) }]);
    expect(rules({ type: 'deny', ...provision })).toEqual([{ ...DENY, actors: who('Practitioner/1', absolute) }]);
  });
});

describe('a nested provision', () => {
  test('that denies stands by its own criteria, beside the permit around it', () => {
    const nested: Provision = { type: 'deny', class: [{ system: TYPES, code: 'Condition' }] };
    expect(rules({ type: 'permit', actor: [actor('Practitioner/1')], provision: [nested] })).toEqual([
      { ...PERMIT, actors: who('Practitioner/1') },
      { ...DENY, classes: ['Condition'] },
    ]);
  });

  test('that permits is not understood', () => {
    expect(rules({ type: 'permit', provision: [{ type: 'permit' }] })).toEqual([]);
    expect(rules({ type: 'deny', provision: [{ type: 'permit' }] })).toEqual([DENY]);
  });

  test('without a type denies, and takes the permit around it away', () => {
    expect(rules({ type: 'permit', provision: [{ actor: [actor('Practitioner/1')] }] })).toEqual([
      { ...DENY, actors: who('Practitioner/1') },
    ]);
  });

  test('is in force only while those around it are', () => {
    const around = { start: '2020', end: '2021' };
    const [, nested] = rules({
      type: 'permit',
      period: around,
      provision: [{ type: 'deny', period: { end: '2020' } }],
    });
    expect(nested).toEqual({ ...DENY, since: '2020-01-01T00:00:00.000Z', until: '2021-01-01T00:00:00.000Z' });
  });

  test('nested too deep to follow denies', () => {
    const deep = Array.from({ length: 40 }).reduce<Provision>((inner) => ({ type: 'permit', provision: [inner] }), {});
    expect(rules(deep)).toEqual([DENY]);
  });
});

describe('a period', () => {
  const period = (start?: string, end?: string) => {
    const [row] = rules({ type: 'deny', period: { ...(start && { start }), ...(end && { end }) } });
    return [row?.since, row?.until];
  };

  test('includes the whole of the day, month, year or second that ends it', () => {
    expect(period(undefined, '2016-01-01')).toEqual([null, '2016-01-02T00:00:00.000Z']);
    expect(period(undefined, '2016-02')).toEqual([null, '2016-03-01T00:00:00.000Z']);
    expect(period(undefined, '2016')).toEqual([null, '2017-01-01T00:00:00.000Z']);
    expect(period(undefined, '2016-01-01T10:00:00Z')).toEqual([null, '2016-01-01T10:00:01.000Z']);
    expect(period(undefined, '2016-01-01T10:00:00.25Z')).toEqual([null, '2016-01-01T10:00:00.251Z']);
  });

  test('is read in its own time zone, and in UTC where it has none', () => {
    expect(period('2016-06-23T17:02:33+10:00')).toEqual(['2016-06-23T07:02:33.000Z', null]);
    expect(period('2016-06-23')).toEqual(['2016-06-23T00:00:00.000Z', null]);
  });

  test('that names a day which does not exist is no criterion', () => {
    expect(period('2023-02-30')).toEqual([null, null]);
    expect(rules({ type: 'permit', period: { start: '2023-02-30' } })).toEqual([]);
  });

  test('at the ends of time is a time that Postgres can read', () => {
    expect(period('0001-01-01T00:00:00+14:00', '9999')).toEqual(['-infinity', 'infinity']);
  });
});
