// FHIR R4, section 2.27 "Validating Resources": what is checked beside structure.
import { describe, expect, test } from '@jest/globals';
import { type JsonObject } from '#libs/fhir-json';
import { type ValidationOptions, validateResource } from '#libs/validation';
import { div, NARRATIVE, observation, patient } from './resources.js';

/** `severity code expression` of each issue. */
function found(resource: JsonObject, options?: ValidationOptions): string[] {
  return validateResource({ text: NARRATIVE, ...resource }, options).map(
    ({ severity, code, expression }) => `${severity} ${code} ${expression?.[0]}`,
  );
}

describe('bindings', () => {
  const language = (code: string) =>
    patient({ communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code }] } }] });

  test('that are extensible warn, and that are preferred inform', () => {
    const status = (code: string): JsonObject => ({
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code }],
    });
    expect(found(patient({ maritalStatus: status('M') }))).toEqual([]);
    expect(
      found(
        patient({
          maritalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' }] },
        }),
      ),
    ).toEqual(['warning code-invalid Patient.maritalStatus']);
    expect(
      found(
        observation({
          category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' }] }],
        }),
      ),
    ).toEqual(['information code-invalid Observation.category[0]']);
  });

  test('by grammar: MIME types, currencies, units, languages', () => {
    const photo = (contentType: string) => found(patient({ photo: [{ contentType, url: 'http://a' }] }));
    expect(photo('image/png; q="a b"')).toEqual([]);
    expect(photo('png')).toEqual(['error code-invalid Patient.photo[0].contentType']);
    const price = (currency: string) =>
      found({ resourceType: 'Invoice', status: 'issued', totalNet: { value: 1, currency } });
    expect(price('CHE')).toEqual([]);
    expect(price('ABC')).toEqual(['error code-invalid Invoice.totalNet.currency']);
    const quantity = (code: string) =>
      found(observation({ valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code } }));
    for (const code of ['mm[Hg]', '10*9/L', '{score}', 'mg/(24.h)', 'Cel', '%']) expect(quantity(code)).toEqual([]);
    for (const code of ['mmHg', 'deg C', 'mcg', 'm'.repeat(200)]) {
      expect(quantity(code)).toEqual(['error code-invalid Observation.value.ofType(Quantity).code']);
    }
    expect(found(language('de-CH-1996'))).toEqual([]);
    expect(found(language('german!'))).toContain(
      'warning code-invalid Patient.communication[0].language.coding[0].code',
    );
  });

  test('name a code system that is not held, once', () => {
    const coding = (code: string): JsonObject => ({ coding: [{ system: 'http://loinc.org', code }] });
    const issues = validateResource(
      observation({ text: NARRATIVE, code: coding('1'), component: [{ code: coding('2'), valueString: 'x' }] }),
    );
    expect(issues).toEqual([
      {
        severity: 'warning',
        code: 'not-found',
        details: 'the code system "http://loinc.org" is not held, so its codes were not checked',
        expression: ['Observation.code.coding[0]'],
      },
    ]);
  });

  test('know the codes of FHIR itself for sure, and of others as they were', () => {
    const use = (system: string): JsonObject =>
      observation({ bodySite: { coding: [{ system, code: 'no-such-code' }] } });
    expect(found(use('http://hl7.org/fhir/observation-status'))).toEqual([
      'error code-invalid Observation.bodySite.coding[0].code',
    ]);
    expect(found(use('http://terminology.hl7.org/CodeSystem/v3-ActCode'))).toEqual([
      'warning code-invalid Observation.bodySite.coding[0].code',
    ]);
  });
});

describe('a narrative', () => {
  test.each([
    [
      '<p class="a">b<br/>&lt;&#160;<!-- c --></p><ul><li>d</li></ul><img src="a.png" alt="x"/><a href="http://a">b</a>',
      [],
    ],
    ['<script>alert(1)</script>', ['txt-1']],
    ['<p onclick="x()">a</p>', ['txt-1']],
    ['<a href="java&#115;cript:x()">a</a>', ['txt-1']],
    ['a&#1;', [undefined]],
    ['<p title="&#xFFFF;">a</p>', [undefined]],
    ['<form><p>a</p></form>', ['txt-1']],
    ['<p>a', [undefined]],
    ['<p>a</b>', [undefined]],
    ['a &reg; b', [undefined]],
    ['   ', ['txt-2']],
    ['a</div><div>b', ['txt-1']],
  ])('%j breaks %j', (inner, rules) => {
    const issues = validateResource(div(inner));
    expect(issues.map(({ diagnostics }) => diagnostics)).toEqual(rules);
    for (const { severity, expression } of issues)
      expect([severity, expression]).toEqual(['error', ['Patient.text.div']]);
  });

  test('is one div of XHTML', () => {
    for (const text of [
      '<p xmlns="http://www.w3.org/1999/xhtml">a</p>',
      '<div>a</div>',
      'a',
      '<div xmlns="http://a">a</div>',
    ]) {
      expect(found(patient({ text: { status: 'generated', div: text } }))[0]).toMatch(
        /^error (?:value|invariant) Patient.text.div$/,
      );
    }
  });
});

describe('references', () => {
  test('point to what the element allows', () => {
    expect(found(observation({ subject: { reference: 'Patient/1' } }))).toEqual([]);
    expect(found(observation({ subject: { reference: 'http://h/fhir/Practitioner/1' } }))).toEqual([
      'error invalid Observation.subject',
    ]);
    expect(found(observation({ subject: { type: 'Practitioner', display: 'x' } }))).toEqual([
      'error invalid Observation.subject',
    ]);
    expect(found(observation({ subject: { reference: 'somewhere' } }))).toEqual(['error value Observation.subject']);
    expect(found(observation({ subject: { reference: 'urn:uuid:1' } }))).toEqual([]);
  });

  test('and what is contained belong together', () => {
    const contained = [{ resourceType: 'Patient', id: 'p' }];
    expect(found(observation({ contained, subject: { reference: '#p' } }))).toEqual([
      'warning invariant Observation.contained[0]',
    ]);
    expect(found(observation({ subject: { reference: '#p' } }))).toEqual(['error invariant Observation.subject']);
    expect(found(observation({ contained }))).toContain('error invariant Observation.contained[0]');
    expect(found(observation({ contained: [...contained, ...contained], subject: { reference: '#p' } }))).toContain(
      'error duplicate Observation.contained[1]',
    );
    const backward = [
      {
        resourceType: 'Observation',
        id: 'o',
        text: NARRATIVE,
        status: 'final',
        code: { text: 'x' },
        focus: [{ reference: '#' }],
      },
    ];
    expect(found(observation({ contained: backward }))).toEqual([]);
  });
});

describe('a Bundle', () => {
  const entry = (id: string, more: JsonObject = {}): JsonObject => ({
    fullUrl: `http://h/Patient/${id}`,
    resource: patient({ id, text: NARRATIVE }),
    ...more,
  });
  const bundle = (type: string, entries: JsonObject[], more: JsonObject = {}): string[] =>
    validateResource({ resourceType: 'Bundle', type, entry: entries, ...more }).map(
      ({ severity, code, expression }) => `${severity} ${code} ${expression?.[0]}`,
    );

  test('has absolute fullUrls that agree with the ids, and no two the same', () => {
    expect(bundle('collection', [entry('1'), entry('2')])).toEqual([]);
    expect(bundle('collection', [entry('1', { fullUrl: 'Patient/1' })])).toEqual(['error value Bundle.entry[0]']);
    expect(bundle('collection', [entry('1', { fullUrl: 'http://h/Patient/2' })])).toEqual([
      'error value Bundle.entry[0]',
    ]);
    expect(bundle('collection', [entry('1', { fullUrl: 'urn:uuid:no' })])).toEqual(['error value Bundle.entry[0]']);
    expect(bundle('collection', [entry('1'), entry('1')])).toEqual(['error invariant Bundle']);
  });

  test('of each type has its own parts', () => {
    expect(bundle('transaction', [entry('1')])).toEqual(['error invariant Bundle']);
    const put = { request: { method: 'PUT', url: 'Patient/1' } };
    expect(bundle('transaction', [entry('1', put), entry('2', put)])).toEqual([
      'error duplicate Bundle.entry[1].request',
    ]);
    expect(bundle('searchset', [entry('1', { search: { mode: 'outcome' } })])).toEqual([
      'error invalid Bundle.entry[0].resource',
    ]);
    expect(
      bundle('searchset', [entry('1')], {
        link: [
          { relation: 'self', url: 'http://a' },
          { relation: 'self', url: 'http://b' },
        ],
      }),
    ).toEqual(['error duplicate Bundle.link[1]']);
    expect(bundle('document', [entry('1')])).toEqual([
      'error invariant Bundle',
      'error invariant Bundle',
      'error invariant Bundle',
    ]);
  });
});

describe('constraints', () => {
  const broken: [string, string, JsonObject][] = [
    ['obs-6', 'Observation', observation({ valueString: 'x', dataAbsentReason: { text: 'y' } })],
    [
      'obs-7',
      'Observation',
      observation({
        valueString: 'x',
        code: { coding: [{ code: 'a' }] },
        component: [{ code: { coding: [{ code: 'a' }] }, valueString: 'y' }],
      }),
    ],
    ['obs-3', 'Observation.referenceRange[0]', observation({ referenceRange: [{ age: { low: { value: 1 } } }] })],
    ['pat-1', 'Patient.contact[0]', patient({ contact: [{ gender: 'male' }] })],
    [
      'per-1',
      'Patient.name[0].period',
      patient({ name: [{ text: 'x', period: { start: '2020-01-02', end: '2020-01-01' } }] }),
    ],
    ['cpt-2', 'Patient.telecom[0]', patient({ telecom: [{ value: '1' }] })],
    ['qty-3', 'Observation.value.ofType(Quantity)', observation({ valueQuantity: { value: 1, code: 'kg' } })],
    [
      'rng-2',
      'Observation.value.ofType(Range)',
      observation({ valueRange: { low: { value: 2 }, high: { value: 1 } } }),
    ],
    ['att-1', 'Patient.photo[0]', patient({ photo: [{ data: 'QUJD' }] })],
    [
      'que-2',
      'Questionnaire',
      {
        resourceType: 'Questionnaire',
        status: 'draft',
        item: [
          { linkId: 'a', type: 'display' },
          { linkId: 'a', type: 'display' },
        ],
      },
    ],
    [
      'que-12',
      'Questionnaire.item[0]',
      {
        resourceType: 'Questionnaire',
        status: 'draft',
        item: [
          {
            linkId: 'a',
            type: 'string',
            enableWhen: [
              { question: 'b', operator: 'exists', answerBoolean: true },
              { question: 'c', operator: 'exists', answerBoolean: true },
            ],
          },
          { linkId: 'b', type: 'string' },
          { linkId: 'c', type: 'string' },
        ],
      },
    ],
    [
      'con-5',
      'Condition',
      {
        resourceType: 'Condition',
        subject: { reference: 'Patient/1' },
        clinicalStatus: {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
        },
        verificationStatus: {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'entered-in-error' }],
        },
      },
    ],
    ['org-1', 'Organization', { resourceType: 'Organization', active: true }],
    ['ele-1', 'Patient.name[0]', patient({ name: [{ id: 'a' }] })],
  ];

  test.each(broken)('%s is found at %s', (key, expression, resource) => {
    const errors = validateResource({ text: NARRATIVE, ...resource }).filter(({ severity }) => severity === 'error');
    expect(errors).toMatchObject([
      { code: 'invariant', expression: [expression], diagnostics: expect.stringMatching(new RegExp(`^${key}(?::|$)`)) },
    ]);
  });

  test('that only warn never refuse, unless warnings are asked to be errors', () => {
    expect(validateResource(patient({}))).toMatchObject([
      { severity: 'warning', diagnostics: expect.stringContaining('dom-6') },
    ]);
    expect(validateResource(patient({}), { strict: true })).toMatchObject([{ severity: 'error' }]);
  });

  test('compare dates as far as both are given', () => {
    const period = (start: string, end: string) => found(patient({ name: [{ text: 'x', period: { start, end } }] }));
    expect(period('2020', '2020-05')).toEqual([]);
    expect(period('2020-06', '2020-05-01')).toEqual(['error invariant Patient.name[0].period']);
    expect(period('2020-01-01T10:00:00+02:00', '2020-01-01T08:30:00Z')).toEqual([]);
    expect(period('2020-01-01T10:00:00+02:00', '2020-01-01T07:30:00Z')).toEqual([
      'error invariant Patient.name[0].period',
    ]);
  });
});
