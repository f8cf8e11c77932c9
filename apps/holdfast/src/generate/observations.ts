// FHIR R4 observation.html, observation-vitalsigns.html and diagnosticreport.html
import type { Chart, Made, Visit } from './chart.js';
import { type Coding, coded, concept, hl7, quantity } from './concept.js';
import {
  BLOOD_PRESSURE,
  BMI,
  DIASTOLIC,
  HBA1C,
  HEIGHT,
  type Measurement,
  type Panel,
  SYSTOLIC,
  VITAL_SIGNS,
  WEIGHT,
} from './measurements.js';
import type { Random } from './random.js';
import { dateTime, instantOf } from './timeline.js';

const VITAL = hl7('observation-category', 'vital-signs', 'Vital Signs');
const LABORATORY = hl7('observation-category', 'laboratory', 'Laboratory');

/** Measured at a visit; `growth` is the share of an adult's height that the patient has. */
export function vitalSigns(chart: Chart, at: Visit, growth: number): void {
  const height = Number((drawn(chart.random, HEIGHT) * growth).toFixed(1));
  const weight = Number((drawn(chart.random, WEIGHT) * growth ** 2.2).toFixed(1));
  observation(chart, at, VITAL, HEIGHT.code, { valueQuantity: quantity(height, HEIGHT.unit) });
  observation(chart, at, VITAL, WEIGHT.code, { valueQuantity: quantity(weight, WEIGHT.unit) });
  const index = Number((weight / (height / 100) ** 2).toFixed(1));
  observation(chart, at, VITAL, BMI, { valueQuantity: quantity(index, 'kg/m2') });
  const component = [SYSTOLIC, DIASTOLIC].map((one) => ({ code: concept(one.code), ...measured(chart.random, one) }));
  observation(chart, at, VITAL, BLOOD_PRESSURE, { component });
  for (const one of VITAL_SIGNS) observation(chart, at, VITAL, one.code, measured(chart.random, one));
}

/** A laboratory report with its results. */
export function laboratory(chart: Chart, at: Visit, { code, tests }: Panel): void {
  const result = tests.map((one) => observation(chart, at, LABORATORY, one.code, measured(chart.random, one)));
  chart.add('DiagnosticReport', code.display, {
    status: 'final',
    category: [coded(hl7('v2-0074', 'LAB', 'Laboratory'))],
    code: concept(code),
    subject: chart.patient,
    encounter: at.encounter,
    effectiveDateTime: dateTime(at.start),
    issued: instantOf(at.end),
    performer: [chart.hospital.organization],
    result,
  });
}

export function hba1c(chart: Chart, at: Visit): void {
  observation(chart, at, LABORATORY, HBA1C.code, measured(chart.random, HBA1C));
}

function observation(chart: Chart, at: Visit, category: Coding, code: Coding, value: object): Made {
  return chart.add('Observation', code.display, {
    status: 'final',
    category: [coded(category)],
    code: concept(code),
    subject: chart.patient,
    encounter: at.encounter,
    effectiveDateTime: dateTime(at.start),
    issued: instantOf(at.end),
    performer: [at.doctor],
    ...value,
  });
}

function measured(random: Random, one: Measurement): object {
  return { valueQuantity: quantity(drawn(random, one), one.unit) };
}

function drawn(random: Random, { mean, deviation, decimals, unit }: Measurement): number {
  const value = Math.max(0.1, random.near(mean, deviation, decimals));
  return unit === '%' ? Math.min(100, value) : value;
}
