// FHIR R4 claim.html, explanationofbenefit.html and documentreference.html
import type { Chart, Made, Visit } from './chart.js';
import { type Coding, coded, concept, hl7, loinc } from './concept.js';
import { dateTime, instantOf } from './timeline.js';

const NOTE = loinc('34117-2', 'History and physical note');

/** What is left of a visit on paper: the note, the claim, and what was paid. */
export function paper(chart: Chart, at: Visit, type: Coding, diagnoses: readonly Made[], text: string): void {
  note(chart, at, text);
  const cost = chart.random.int(8_000, 40_000) / 100;
  const claimed = claim(chart, at, type, diagnoses, cost);
  benefit(chart, at, type, diagnoses, claimed, cost);
}

function note(chart: Chart, at: Visit, text: string): void {
  chart.add('DocumentReference', NOTE.display, {
    status: 'current',
    docStatus: 'final',
    type: concept(NOTE),
    category: [concept(loinc('11488-4', 'Consult note'))],
    subject: chart.patient,
    date: instantOf(at.end),
    author: [at.doctor],
    custodian: chart.hospital.organization,
    content: [{ attachment: { contentType: 'text/plain; charset=utf-8', data: Buffer.from(text).toString('base64') } }],
    context: { encounter: [at.encounter], period: { start: dateTime(at.start), end: dateTime(at.end) } },
  });
}

function claim(chart: Chart, at: Visit, type: Coding, diagnoses: readonly Made[], cost: number): Made {
  return chart.add('Claim', `Claim: ${type.display}`, {
    status: 'active',
    type: coded(hl7('claim-type', 'professional', 'Professional')),
    use: 'claim',
    patient: chart.patient,
    billablePeriod: { start: dateTime(at.start), end: dateTime(at.end) },
    created: dateTime(at.end),
    provider: chart.hospital.organization,
    priority: coded(hl7('processpriority', 'normal', 'Normal')),
    facility: chart.hospital.location,
    diagnosis: diagnosesOf(diagnoses),
    insurance: [{ sequence: 1, focal: true, coverage: chart.coverage }],
    item: [item(at, type, diagnoses)],
    total: money(cost),
  });
}

function benefit(chart: Chart, at: Visit, type: Coding, diagnoses: readonly Made[], claimed: Made, cost: number): void {
  const paid = Number((cost * 0.8).toFixed(2));
  chart.add('ExplanationOfBenefit', `Explanation of benefit: ${type.display}`, {
    status: 'active',
    type: coded(hl7('claim-type', 'professional', 'Professional')),
    use: 'claim',
    patient: chart.patient,
    billablePeriod: { start: dateTime(at.start), end: dateTime(at.end) },
    created: dateTime(at.end),
    insurer: chart.payer,
    provider: chart.hospital.organization,
    claim: claimed,
    outcome: 'complete',
    diagnosis: diagnosesOf(diagnoses),
    insurance: [{ focal: true, coverage: chart.coverage }],
    item: [item(at, type, diagnoses)],
    total: [
      { category: coded(hl7('adjudication', 'submitted', 'Submitted Amount')), amount: money(cost) },
      { category: coded(hl7('adjudication', 'benefit', 'Benefit Amount')), amount: money(paid) },
    ],
    payment: { amount: money(paid) },
  });
}

function item(at: Visit, type: Coding, diagnoses: readonly Made[]): object {
  const linked = diagnoses.length === 0 ? {} : { diagnosisSequence: diagnoses.map((_, index) => index + 1) };
  return { sequence: 1, ...linked, productOrService: concept(type), encounter: [at.encounter] };
}

function diagnosesOf(diagnoses: readonly Made[]): object[] | undefined {
  if (diagnoses.length === 0) return undefined;
  return diagnoses.map((diagnosisReference, index) => ({ sequence: index + 1, diagnosisReference }));
}

function money(value: number): object {
  return { value, currency: 'USD' };
}
