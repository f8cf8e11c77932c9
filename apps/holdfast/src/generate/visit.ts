// FHIR R4 encounter.html
import type { Chart, Visit } from './chart.js';
import { type Coding, concept, hl7 } from './concept.js';
import { dateTime, MINUTE } from './timeline.js';

/** An ambulatory encounter that begins then. */
export function visit(chart: Chart, type: Coding, start: number, reason?: Coding): Visit {
  const { random, hospital, patient } = chart;
  const doctor = random.pick(hospital.doctors);
  const end = start + random.int(15, 60) * MINUTE;
  const period = { start: dateTime(start), end: dateTime(end) };
  const encounter = chart.add('Encounter', type.display, {
    status: 'finished',
    class: hl7('v3-ActCode', 'AMB', 'ambulatory'),
    type: [concept(type)],
    subject: patient,
    participant: [
      { type: [concept(hl7('v3-ParticipationType', 'PPRF', 'primary performer'))], period, individual: doctor },
    ],
    period,
    ...(reason ? { reasonCode: [concept(reason)] } : {}),
    location: [{ location: hospital.location }],
    serviceProvider: hospital.organization,
  });
  return { encounter, doctor, start, end, ...(reason ? { reason: concept(reason) } : {}) };
}
