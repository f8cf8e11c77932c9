import type { JsonObject } from '#libs/fhir-json';

export const NARRATIVE = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">text</div>' };

export const patient = (members: JsonObject): JsonObject => ({ resourceType: 'Patient', ...members });
export const observation = (members: JsonObject): JsonObject => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'c' },
  ...members,
});

/** A patient whose narrative holds this. */
export const div = (inner: string): JsonObject =>
  patient({ text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>` } });
