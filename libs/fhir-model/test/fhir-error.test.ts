// FHIR R4, OperationOutcome, and section 3.1.0.4 "Status codes".
import { expect, test } from '@jest/globals';
import {
  badRequest,
  FhirError,
  methodNotAllowed,
  notFound,
  operationOutcome,
  unavailable,
  unprocessable,
} from '#libs/fhir-model';

test('an outcome carries every issue with what is known of it and nothing that is not', () => {
  const { issues } = unprocessable([
    { severity: 'error', code: 'required', diagnostics: 'status is missing', expression: ['Observation.status'] },
    { severity: 'warning', code: 'informational', details: 'Look here', expression: [] },
  ]);
  expect(operationOutcome(issues)).toEqual({
    resourceType: 'OperationOutcome',
    issue: [
      { severity: 'error', code: 'required', diagnostics: 'status is missing', expression: ['Observation.status'] },
      { severity: 'warning', code: 'informational', details: { text: 'Look here' } },
    ],
  });
});

test('an outcome without an issue cannot be made', () => {
  expect(() => operationOutcome([])).toThrow(RangeError);
});

test('a refusal is an Error with its status, its issue and a readable message', () => {
  const error = badRequest('No such parameter: colour', 'not-supported');
  expect(error).toBeInstanceOf(FhirError);
  expect(error).toMatchObject({ status: 400, message: 'No such parameter: colour' });
  expect(error.issues).toEqual([
    { severity: 'error', code: 'not-supported', diagnostics: 'No such parameter: colour' },
  ]);
});

test('two absences read the same', () => {
  expect(notFound()).toEqual(notFound());
  expect(notFound()).toMatchObject({ status: 404, headers: {} });
});

test('a refusal brings the header that its status demands', () => {
  expect(methodNotAllowed('Only reads', ['GET', 'HEAD']).headers).toEqual({ Allow: 'GET, HEAD' });
  expect(unavailable('The database is away', 1.2)).toMatchObject({ status: 503, headers: { 'Retry-After': '2' } });
});
