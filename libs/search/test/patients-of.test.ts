// FHIR R4, CompartmentDefinition "patient"
import { describe, expect, it } from '@jest/globals';
import { patientsOf } from '#libs/search';

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
  ])('ignores %p', (reference) => {
    expect(patientsOf('Observation', { resourceType: 'Observation', subject: { reference } })).toEqual([]);
  });

  it('is empty for types in no compartment and for what is misshapen', () => {
    expect(patientsOf('Practitioner', { resourceType: 'Practitioner', id: '1' })).toEqual([]);
    expect(
      patientsOf('Observation', { resourceType: 'Observation', subject: 'Patient/1', performer: [null, 3] }),
    ).toEqual([]);
  });
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
