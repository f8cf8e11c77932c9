// FHIR R4, CompartmentDefinition "patient"
import { describe, expect, it } from '@jest/globals';
import { compartmentPatient, resourceTypes } from '#libs/fhir-definitions';
import { patientsOf } from '#libs/search';

const NOBODYS = ['unknown/'];
const ADA = { resourceType: 'Patient', id: 'ada' };

describe('patientsOf', () => {
  it('is, of a Patient, itself alone', () => {
    const link = [{ other: { reference: 'Patient/2' }, type: 'seealso' }];
    expect(patientsOf('Patient', { resourceType: 'Patient', id: '1', link })).toEqual(['1']);
    expect(patientsOf('Patient', { resourceType: 'Patient' })).toEqual([]);
  });

  it('goes by the parameters of the compartment definition, each patient once', () => {
    const observation = {
      resourceType: 'Observation',
      subject: { reference: 'Patient/b' },
      performer: [{ reference: 'Patient/a' }, { reference: 'Practitioner/x' }, { reference: 'Patient/b/_history/2' }],
      focus: [{ reference: 'Patient/c' }],
    };
    expect(patientsOf('Observation', observation)).toEqual(['a', 'b']);
  });

  it('reaches into nested elements', () => {
    const appointment = {
      resourceType: 'Appointment',
      participant: [{ actor: { reference: 'Patient/1' } }, { actor: { reference: 'Location/1' } }],
    };
    expect(patientsOf('Appointment', appointment)).toEqual(['1']);
    expect(patientsOf('Group', { resourceType: 'Group', member: [{ entity: { reference: 'Patient/9' } }] })).toEqual([
      '9',
    ]);
  });

  it.each([
    'http://other/fhir/Patient/1',
    'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0',
    '#p',
    'Patient/',
    'Patient/1?x',
    'Patient/a b',
    'Group/1',
    '',
    'Patient/a#frag',
  ])("sees no patient of ours in %p: what refers to that alone is nobody's, and closed", (reference) => {
    expect(patientsOf('Observation', { resourceType: 'Observation', subject: { reference } })).toEqual(NOBODYS);
  });

  it("is empty for types in no compartment, and nobody's for what is misshapen", () => {
    expect(patientsOf('Practitioner', { resourceType: 'Practitioner', id: '1' })).toEqual([]);
    expect(
      patientsOf('Observation', { resourceType: 'Observation', subject: 'Patient/1', performer: [null, 3] }),
    ).toEqual(NOBODYS);
  });

  it("is nobody's, without a patient, for every type of the definition but Group and Schedule", () => {
    const types = [...resourceTypes()].filter((type) => type !== 'Patient' && compartmentPatient(type) !== undefined);
    const open = types.filter((type) => patientsOf(type, { resourceType: type }).length === 0);
    expect(open.sort()).toEqual(['Group', 'Schedule']);
  });

  it.each([
    ['Schedule', { actor: [{ reference: 'Location/1' }, { reference: 'Device/1' }] }, []],
    ['Schedule', { actor: [{ reference: 'Location/1' }, { reference: 'Patient/1' }] }, ['1']],
    ['Schedule', { actor: [{ reference: 'Location/1' }, { identifier: { value: '1' } }] }, NOBODYS],
    ['Schedule', { actor: [{ reference: 'RelatedPerson/1' }] }, NOBODYS],
    ['Schedule', { actor: [{ reference: 'http://other/fhir/Location/1' }] }, NOBODYS],
    ['Group', { member: [{ entity: { reference: 'Practitioner/1' } }] }, []],
    ['Group', { member: [{ entity: { reference: 'Group/1' } }] }, []],
    ['Group', { member: [{ entity: { display: 'Ada' } }] }, NOBODYS],
    ['Device', {}, []],
    ['Device', { patient: { reference: 'Patient/1' } }, ['1']],
    ['Device', { patient: { identifier: { value: '1' } } }, NOBODYS],
    ['VerificationResult', { target: [{ reference: 'Organization/1' }] }, []],
    ['VerificationResult', { target: [{ reference: 'Binary/1' }] }, NOBODYS],
    ['Task', { for: { reference: 'Patient/1' }, focus: { reference: 'Patient/2' } }, ['1', '2']],
    ['Task', { focus: { reference: 'Observation/1' } }, NOBODYS],
    ['GuidanceResponse', { subject: { reference: 'Patient/1' } }, ['1']],
    ['Contract', { subject: [{ reference: 'Patient/1' }] }, ['1']],
  ])('is, of a %s of %p, %p', (type, content, expected) => {
    expect(patientsOf(type, { resourceType: type, ...content })).toEqual(expected);
  });

  it.each(['Bundle', 'Parameters', 'MessageHeader', 'Linkage', 'Subscription', 'PaymentNotice'])(
    "is nobody's for every %s",
    (type) => {
      expect(patientsOf(type, { resourceType: type, entry: [{ resource: ADA }] })).toEqual(NOBODYS);
    },
  );
});

it.each([
  ['Patient/a', ['a']],
  ['DocumentReference/a', ['DocumentReference/a']],
  ['https://other.test/Patient/a', ['Patient/a']],
  ['urn:uuid:1', ['unknown/']],
  [undefined, ['unknown/']],
])('a Binary with the security context %p is in the compartments %p', (reference, expected) => {
  expect(patientsOf('Binary', { resourceType: 'Binary', securityContext: { reference } })).toEqual(expected);
});
