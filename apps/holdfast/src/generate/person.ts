// FHIR R4 patient.html and coverage.html
import type { Chart } from './chart.js';
import { coded, hl7 } from './concept.js';
import { address } from './hospitals.js';
import { FAMILY, GIVEN } from './names.js';
import { DAY, dateOf, TODAY, YEAR } from './timeline.js';

const NUMBERS = 'https://holdfast.dev/synthetic/medical-record-number';
const OLDEST = 90;

/** Who it is, as far as the rest depends on it. */
export interface Person {
  readonly born: number;
  /** Last day of the record: death, or today. */
  readonly until: number;
}

/** Writes the patient and who pays; `number` tells this patient from all others of the seed. */
export function person(chart: Chart, seed: string, number: number): Person {
  const { random } = chart;
  const gender = random.pick(['female', 'male'] as const);
  const family = `${random.pick(FAMILY)}${random.int(1, 999)}`;
  const given = `${random.pick(GIVEN[gender])}${random.int(1, 999)}`;
  const born = TODAY - Math.floor(random.next() * OLDEST * YEAR) - 30 * DAY;
  const age = (TODAY - born) / YEAR;
  const dies = random.chance(age > 70 ? 0.3 : 0.02);
  const until = dies ? born + Math.floor((0.6 + 0.4 * random.next()) * (TODAY - born)) : TODAY;
  const display = `${given} ${family}`;
  const patient = chart.add('Patient', display, {
    identifier: [
      {
        type: coded(hl7('v2-0203', 'MR', 'Medical record number')),
        system: NUMBERS,
        value: `${seed}-${String(number).padStart(7, '0')}`,
      },
    ],
    active: !dies,
    name: [{ use: 'official', family, given: [given] }],
    telecom: [{ system: 'phone', value: `555-555-${String(random.int(100, 9999)).padStart(4, '0')}`, use: 'home' }],
    gender,
    birthDate: dateOf(born),
    ...(dies ? { deceasedDateTime: dateOf(until) } : {}),
    address: [address(random, 'home')],
    maritalStatus: coded(hl7('v3-MaritalStatus', age > 25 ? 'M' : 'S', age > 25 ? 'Married' : 'Never Married')),
    generalPractitioner: [random.pick(chart.hospital.doctors)],
    managingOrganization: chart.hospital.organization,
  });
  chart.patient = { ...patient, display };
  chart.coverage = chart.add('Coverage', `Health insurance of ${display}`, {
    status: 'active',
    type: coded(hl7('v3-ActCode', 'HIP', 'health insurance plan policy')),
    subscriberId: `${seed}-${number}`,
    beneficiary: chart.patient,
    relationship: coded(hl7('subscriber-relationship', 'self', 'Self')),
    period: { start: dateOf(born) },
    payor: [chart.payer],
  });
  return { born, until };
}
