// SMART App Launch 2.2, "Scopes for requesting FHIR resources"
import { describe, expect, test } from '@jest/globals';
import { accessContext, authorize, parseScopes, requester } from '#libs/access';

const CUSTODIAN = 'Organization/custodian';
const base = { iss: 'http://localhost/dev', sub: 'app', client_id: 'app' };
const context = (claims: Record<string, unknown>) => accessContext({ ...base, ...claims }, CUSTODIAN);

describe('scopes', () => {
  test('permissions are read in the order of the standard and no other', () => {
    expect(parseScopes('patient/*.rs user/Observation.cruds')).toHaveLength(2);
    expect(parseScopes('patient/*.sr system/Patient. system/Patient.x system/.r')).toEqual([]);
  });

  test('a scope narrowed by a query grants nothing, because its query is not applied', () => {
    expect(parseScopes('patient/Observation.rs?category=laboratory')).toEqual([]);
  });

  test('version 1 scopes mean what the standard says they mean in version 2', () => {
    expect(parseScopes('user/*.read system/*.write').map((s) => s.permissions)).toEqual(['rs', 'cud']);
  });
});

describe('authorize', () => {
  test('an interaction without its scope is not granted', () => {
    const reader = context({ scope: 'system/Observation.rs' });
    expect(authorize(reader, 'read', 'Observation')).toEqual({});
    expect(authorize(reader, 'create', 'Observation')).toBeUndefined();
    expect(authorize(reader, 'read', 'Condition')).toBeUndefined();
  });

  test('a patient scope is limited to the compartment of the patient in the token', () => {
    expect(authorize(context({ scope: 'patient/*.rs', patient: 'p1' }), 'read', 'Observation')).toEqual({
      compartment: 'p1',
    });
    expect(authorize(context({ scope: 'patient/*.rs' }), 'read', 'Observation')).toBeUndefined();
  });

  test('a user scope grants nothing to a token without a user', () => {
    expect(authorize(context({ scope: 'user/*.rs' }), 'read', 'Observation')).toBeUndefined();
    expect(authorize(context({ scope: 'user/*.rs', fhirUser: 'Practitioner/1' }), 'read', 'Observation')).toEqual({});
  });
});

describe('the requester', () => {
  test('is the custodian when the token names no user', () => {
    expect(requester(context({}), {}, CUSTODIAN)).toEqual({ actors: [CUSTODIAN], staff: true });
  });

  test('is staff only with an organisation claim that names the custodian', () => {
    const staff = (claims: Record<string, unknown>) => requester(context(claims), {}, CUSTODIAN).staff;
    expect(staff({ fhirUser: 'Practitioner/1', organization: CUSTODIAN })).toBe(true);
    expect(staff({ fhirUser: 'Practitioner/1', organization: 'Organization/other' })).toBe(false);
    expect(staff({ fhirUser: 'Practitioner/1' })).toBe(false);
    expect(staff({ fhirUser: 'Patient/1', organization: CUSTODIAN })).toBe(false);
  });

  test('is the patient whose own record it is', () => {
    expect(requester(context({ fhirUser: 'Patient/p1' }), { compartment: 'p1' }, CUSTODIAN)).toEqual({
      self: 'p1',
      actors: ['Patient/p1'],
      staff: false,
      compartment: 'p1',
    });
  });

  test.each([
    { fhirUser: 'Practitioner/../1' },
    { fhirUser: 7 },
    { patient: "x' or 1=1" },
    { purpose_of_use: '' },
    { sub: undefined },
  ])('is refused with 401 when a claim is malformed: %j', (claims) => {
    expect(() => context(claims)).toThrow(expect.objectContaining({ status: 401 }));
  });
});
