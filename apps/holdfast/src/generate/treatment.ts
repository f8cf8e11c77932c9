// FHIR R4 condition.html, procedure.html, medicationrequest.html, immunization.html and allergyintolerance.html
import type { Illness } from './catalogue.js';
import { ALLERGIES, CARE_PLANS } from './catalogue.js';
import type { Chart, Made, Visit } from './chart.js';
import { type Coding, coded, concept, hl7 } from './concept.js';
import { DAY, dateTime, MINUTE } from './timeline.js';

/** Writes down what the patient has; `end` is when it was over, if it was. */
export function condition(chart: Chart, at: Visit, coding: Coding, end?: number): Made {
  const status = end === undefined ? ['active', 'Active'] : ['resolved', 'Resolved'];
  return chart.add('Condition', coding.display, {
    clinicalStatus: coded(hl7('condition-clinical', status[0] as string, status[1] as string)),
    verificationStatus: coded(hl7('condition-ver-status', 'confirmed', 'Confirmed')),
    category: [coded(hl7('condition-category', 'encounter-diagnosis', 'Encounter Diagnosis'))],
    code: concept(coding),
    subject: chart.patient,
    encounter: at.encounter,
    onsetDateTime: dateTime(at.start),
    ...(end === undefined ? {} : { abatementDateTime: dateTime(end) }),
    recordedDate: dateTime(at.end),
    recorder: at.doctor,
  });
}

export function procedure(chart: Chart, at: Visit, coding: Coding, reason?: Made): Made {
  return chart.add('Procedure', coding.display, {
    status: 'completed',
    code: concept(coding),
    subject: chart.patient,
    encounter: at.encounter,
    performedPeriod: { start: dateTime(at.start), end: dateTime(at.start + 10 * MINUTE) },
    performer: [{ actor: at.doctor }],
    location: chart.hospital.location,
    ...(reason ? { reasonReference: [reason] } : {}),
  });
}

export function prescription(chart: Chart, at: Visit, coding: Coding, reason: Made, isActive: boolean): Made {
  return chart.add('MedicationRequest', coding.display, {
    status: isActive ? 'active' : 'completed',
    intent: 'order',
    medicationCodeableConcept: concept(coding),
    subject: chart.patient,
    encounter: at.encounter,
    authoredOn: dateTime(at.start),
    requester: at.doctor,
    reasonReference: [reason],
    dosageInstruction: [
      {
        sequence: 1,
        text: 'One tablet or puff a day',
        timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } },
        asNeededBoolean: false,
      },
    ],
  });
}

export function immunization(chart: Chart, at: Visit, coding: Coding): Made {
  return chart.add('Immunization', coding.display, {
    status: 'completed',
    vaccineCode: concept(coding),
    patient: chart.patient,
    encounter: at.encounter,
    occurrenceDateTime: dateTime(at.start),
    primarySource: true,
    location: chart.hospital.location,
    performer: [{ actor: at.doctor }],
  });
}

/** One of the allergies that there are. */
export function allergy(chart: Chart, at: Visit): void {
  const { coding, category, reaction } = chart.random.pick(ALLERGIES);
  chart.add('AllergyIntolerance', coding.display, {
    clinicalStatus: coded(hl7('allergyintolerance-clinical', 'active', 'Active')),
    verificationStatus: coded(hl7('allergyintolerance-verification', 'confirmed', 'Confirmed')),
    type: 'allergy',
    category: [category],
    criticality: 'low',
    code: concept(coding),
    patient: chart.patient,
    encounter: at.encounter,
    recordedDate: dateTime(at.start),
    recorder: at.doctor,
    reaction: [{ manifestation: [concept(reaction)], severity: 'moderate' }],
  });
}

/** A plan of care and who carries it out, for those illnesses that have one. */
export function carePlan(chart: Chart, at: Visit, { condition: coding }: Illness, addressed: Made): void {
  const known = CARE_PLANS[coding.code];
  if (known === undefined) return;
  const period = { start: dateTime(at.start) };
  const team = chart.add('CareTeam', `Care team: ${known.plan.display}`, {
    status: 'active',
    subject: chart.patient,
    encounter: at.encounter,
    period,
    participant: [{ member: chart.patient }, { member: at.doctor }, { member: chart.hospital.organization }],
    reasonReference: [addressed],
    managingOrganization: [chart.hospital.organization],
  });
  chart.add('CarePlan', known.plan.display, {
    status: 'active',
    intent: 'order',
    category: [concept(known.plan)],
    subject: chart.patient,
    encounter: at.encounter,
    period,
    careTeam: [team],
    addresses: [addressed],
    activity: known.activities.map((activity) => ({
      detail: { code: concept(activity), status: 'in-progress', location: chart.hospital.location },
    })),
  });
}

/** How long an illness lasts that is not for life. */
export function lasts(chart: Chart): number {
  return chart.random.int(7, 42) * DAY;
}
