/** A vital sign as it comes from a ward, about 1 KB. `patient` is an id. */
export function observation(patient: string, value: number): string {
  return JSON.stringify({
    resourceType: 'Observation',
    identifier: [{ system: 'urn:ietf:rfc:3986', value: `urn:example:${value}` }],
    status: 'final',
    category: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/observation-category',
            code: 'vital-signs',
            display: 'Vital Signs',
          },
        ],
      },
    ],
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4', display: 'Heart rate' }], text: 'Heart rate' },
    subject: { reference: `Patient/${patient}` },
    encounter: { reference: 'Encounter/e1' },
    effectiveDateTime: '2026-03-04T08:30:00+01:00',
    issued: '2026-03-04T08:31:12.345+01:00',
    performer: [{ reference: 'Practitioner/p1' }],
    valueQuantity: { value, unit: 'beats/minute', system: 'http://unitsofmeasure.org', code: '/min' },
    interpretation: [
      {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code: 'N' }],
      },
    ],
    device: { reference: 'Device/d1' },
  });
}
