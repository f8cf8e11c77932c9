import { describe, expect, it } from '@jest/globals';
import { compile, elements, isSubtype, PathError, referenceTarget } from '#libs/fhir-path';

const values = (expression: string, resource: { resourceType: string }, context = resource.resourceType) =>
  compile(expression, context)(resource).map(({ value, type }) => [type, value]);

const patient = {
  resourceType: 'Patient',
  name: [{ given: ['Ada', null, 'Byron'] }, { given: ['Ada'] }],
  telecom: [
    { system: 'phone', value: '1' },
    { system: 'email', value: 'a@b' },
  ],
  deceasedDateTime: '2015',
  extension: [
    { url: 'http://x', valueCode: 'c' },
    { url: 'http://y', valueString: 's' },
  ],
};

describe('compile', () => {
  it('selects through arrays and skips the nulls that stand for a missing primitive', () => {
    expect(values('Patient.name.given', patient)).toEqual([
      ['string', 'Ada'],
      ['string', 'Byron'],
      ['string', 'Ada'],
    ]);
  });

  it('drops equal values in a union only', () => {
    expect(values('Patient.name.given | Practitioner.name.given', patient)).toHaveLength(2);
  });

  it('tells for each value the object or array and the key that hold it', () => {
    const [first] = compile('Patient.name.given', 'Patient')(patient);
    expect(first?.holder).toBe(patient.name[0]?.given);
    expect(first?.key).toBe(0);
  });

  it('selects a choice by any of its types, by one of them, and not by another', () => {
    expect(values('Patient.deceased', patient)).toEqual([['dateTime', '2015']]);
    expect(values('(Patient.deceased as dateTime)', patient)).toEqual([['dateTime', '2015']]);
    expect(values('Patient.deceased.ofType(boolean)', patient)).toEqual([]);
  });

  it('takes DateTime, as one definition of R4 spells it, for dateTime', () => {
    expect(values('Patient.deceased.ofType(DateTime)', patient)).toEqual([['dateTime', '2015']]);
  });

  it('filters by a comparison, by exists, and by the URL of an extension', () => {
    expect(values("Patient.telecom.where(system='email').value", patient)).toEqual([['string', 'a@b']]);
    expect(values('Patient.telecom.where(period.exists())', patient)).toEqual([]);
    expect(values("Patient.telecom.where(system.exists() and value = '1').system", patient)).toEqual([
      ['code', 'phone'],
    ]);
    expect(values("Patient.extension('http://x').value", patient)).toEqual([['code', 'c']]);
    expect(values("Patient.extension.where(url = 'http://y').value.ofType(string)", patient)).toEqual([
      ['string', 's'],
    ]);
  });

  it('answers a condition with a boolean', () => {
    const deceased = 'Patient.deceased.exists() and Patient.deceased != false';
    expect(values(deceased, patient)).toEqual([['boolean', true]]);
    expect(values(deceased, { resourceType: 'Patient' })).toEqual([['boolean', false]]);
    expect(values(deceased, { resourceType: 'Patient', deceasedBoolean: false } as never)).toEqual([
      ['boolean', false],
    ]);
  });

  it('keeps the references whose target is of a type: literal, contained, or by Reference.type', () => {
    const observation = {
      resourceType: 'Observation',
      contained: [{ resourceType: 'Patient', id: 'p' }],
      performer: [
        { reference: 'Patient/1' },
        { reference: 'Practitioner/1' },
        { reference: '#p' },
        { reference: 'http://other/fhir/Patient/2' },
        { type: 'Patient', identifier: { value: '3' } },
        { display: 'nobody' },
      ],
    };
    expect(values('Observation.performer.where(resolve() is Patient)', observation)).toHaveLength(4);
    expect(values('Observation.performer.where(resolve() is Patient).reference', observation)).toHaveLength(3);
    expect(referenceTarget(observation.performer[1], observation)).toBe('Practitioner');
  });

  it('gives a resource inside a resource its own type', () => {
    const bundle = { resourceType: 'Bundle', entry: [{ resource: patient }, { resource: { resourceType: 'Group' } }] };
    expect(values('Bundle.entry[0].resource', bundle)).toEqual([['Patient', patient]]);
    expect(values('Bundle.entry.resource.ofType(Group)', bundle)).toEqual([['Group', { resourceType: 'Group' }]]);
  });

  it('starts relative expressions at a definition path, and %resource at the resource', () => {
    const component = { valueQuantity: { value: 1 } };
    const extract = compile('value.ofType(Quantity)', 'Observation.component');
    expect(extract(component).map(({ type }) => type)).toEqual(['Quantity']);
    const root = { resourceType: 'MolecularSequence', referenceSeq: { windowStart: 4 } };
    const start = compile('%resource.referenceSeq.windowStart', 'MolecularSequence.variant');
    expect(start({}, root).map(({ value }) => value)).toEqual([4]);
  });

  it('leaves to fhirpath.js what it does not read itself, with the types', () => {
    expect(values("Patient.name.given.select($this & '!').first()", patient)).toEqual([['string', 'Ada!']]);
    expect(values('Patient.telecom.skip(1).value', patient)).toEqual([['string', 'a@b']]);
  });

  it('refuses what is no FHIRPath', () => {
    expect(() => compile('Patient.name..given', 'Patient')).toThrow();
  });

  it('stops an expression that does not come to an end', () => {
    const endless = compile("'x'.repeat($this & 'x')", 'Patient');
    expect(() => endless(patient)).toThrow(PathError);
  });

  it('selects nothing where the resource has another shape than the definitions', () => {
    const odd = { resourceType: 'Patient', name: 'text', telecom: [[{ system: 'email' }], 3, null] };
    for (const expression of [
      'Patient.name.given',
      'Patient.telecom.system',
      "Patient.telecom.where(system='email')",
    ]) {
      expect(values(expression, odd)).toEqual([]);
    }
  });
});

describe('elements', () => {
  it('names equal selections equally and different ones differently', () => {
    const key = (expression: string) => elements(expression, 'Observation').map((one) => one.key);
    const combined = 'Observation.value.ofType(Quantity) | Observation.component.value.ofType(Quantity)';
    expect(key(combined)).toEqual(['value{Quantity}', 'component.value{Quantity}']);
    expect(key('Observation.value.as(Quantity)')).toEqual(['value{Quantity}']);
    expect(key('Observation.subject')).toEqual(['subject{Reference}']);
  });

  it('leaves a last filter on the target to the caller, so that the element is shared with the unfiltered one', () => {
    const [element] = elements('Observation.subject.where(resolve() is Patient)', 'Observation');
    expect(element).toMatchObject({ key: 'subject{Reference}', target: 'Patient' });
  });

  it('has none where every part begins with another type', () => {
    expect(elements('Patient.name | Practitioner.name', 'Observation')).toEqual([]);
  });
});

describe('isSubtype', () => {
  it.each([
    ['canonical', 'uri'],
    ['oid', 'uri'],
    ['id', 'string'],
    ['markdown', 'string'],
    ['Age', 'Quantity'],
    ['Patient', 'DomainResource'],
    ['Bundle', 'Resource'],
  ])('knows that %s is a %s', (type, base) => {
    expect(isSubtype(type, base)).toBe(true);
    expect(isSubtype(base, type)).toBe(false);
  });
});
