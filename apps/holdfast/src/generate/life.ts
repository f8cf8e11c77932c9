import { CHECK_UP, FOLLOW_UP, ILLNESSES, type Illness, ROUTINE_PROCEDURES, SICK_VISIT, VACCINES } from './catalogue.js';
import { Chart, type Made, type Visit } from './chart.js';
import type { Coding } from './concept.js';
import type { Entry } from './entry.js';
import type { Hospital, Pointer } from './hospitals.js';
import { PANELS } from './measurements.js';
import { hba1c, laboratory, vitalSigns } from './observations.js';
import { paper } from './paper.js';
import { type Person, person } from './person.js';
import { Random } from './random.js';
import { DAY, MINUTE, YEAR } from './timeline.js';
import { allergy, carePlan, condition, immunization, lasts, prescription, procedure } from './treatment.js';
import { visit } from './visit.js';

/** Years before the end that the record goes back at most. */
const KEPT_YEARS = 10;
const GROWN = 18;
/** Between a visit and the end of the record there is time for another. */
const MARGIN = 5 * DAY;

/** The world that patients live in. */
export interface World {
  readonly seed: string;
  readonly hospitals: readonly Hospital[];
  readonly payer: Pointer;
}

/** Something that the patient has had since then. */
interface Chronic {
  readonly illness: Illness;
  readonly condition: Made;
}

/** The whole record of one patient: the same for the same seed and number, whoever else there is. */
export function life({ seed, hospitals, payer }: World, number: number): Entry[] {
  const random = new Random(`${seed}/patient/${number}`);
  const chart = new Chart(random, random.pick(hospitals), payer);
  const who = person(chart, seed, number);
  const chronic: Chronic[] = [];
  const start = Math.max(who.born + 7 * DAY, who.until - KEPT_YEARS * YEAR);
  for (let year = start; year < who.until - MARGIN; year += YEAR) {
    const length = Math.min(YEAR, who.until - year) - MARGIN;
    checkUp(chart, who, year + Math.floor(random.next() * length), chronic, year === start);
    for (const illness of ILLNESSES) {
      if (!illness.chronic && comes(chart, who, illness, year))
        sick(chart, who, illness, year + Math.floor(random.next() * length));
    }
  }
  return chart.entries;
}

function comes({ random }: Chart, { born }: Person, { from, chance }: Illness, time: number): boolean {
  return (time - born) / YEAR >= from && random.chance(chance);
}

/** Once a year: everything is measured, and what is chronic is looked after. */
function checkUp(chart: Chart, who: Person, time: number, chronic: Chronic[], isFirst: boolean): void {
  const { random } = chart;
  const age = (time - who.born) / YEAR;
  const at = visit(chart, CHECK_UP, morning(random, time));
  vitalSigns(chart, at, age >= GROWN ? 1 : 0.3 + (0.7 * age) / GROWN);
  if (isFirst && random.chance(0.2)) allergy(chart, at);
  for (const coding of ROUTINE_PROCEDURES) procedure(chart, at, coding);
  immunization(chart, at, VACCINES[0] as Coding);
  if (random.chance(0.3)) immunization(chart, at, random.pick(VACCINES.slice(1)));
  if (age >= GROWN) for (const panel of PANELS) if (random.chance(0.7)) laboratory(chart, at, panel);
  diagnose(chart, who, at, chronic);
  for (const { illness, condition: reason } of chronic) renew(chart, at, illness, reason);
  const diagnoses = chronic.map(({ condition: reason }) => reason);
  paper(chart, at, CHECK_UP, diagnoses, `Check-up. ${chronic.length} known illnesses. Synthetic data.`);
}

function diagnose(chart: Chart, who: Person, at: Visit, chronic: Chronic[]): void {
  for (const illness of ILLNESSES.filter((one) => one.chronic && !chronic.some((known) => known.illness === one))) {
    // Spread over the years that the record covers.
    if (!comes(chart, who, { ...illness, chance: illness.chance / KEPT_YEARS }, at.start)) continue;
    const made = condition(chart, at, illness.condition);
    chronic.push({ illness, condition: made });
    carePlan(chart, at, illness, made);
  }
}

function renew(chart: Chart, at: Visit, { medication, condition: coding }: Illness, reason: Made): void {
  if (medication) prescription(chart, at, medication, reason, true);
  if (coding.code === '44054006') hba1c(chart, at);
}

/** A visit because of something that passes, and mostly another one after it. */
function sick(chart: Chart, { until }: Person, illness: Illness, time: number): void {
  const { random } = chart;
  const at = visit(chart, SICK_VISIT, morning(random, time), illness.condition);
  const end = at.start + lasts(chart);
  const made = condition(chart, at, illness.condition, end < until ? end : undefined);
  if (illness.medication) prescription(chart, at, illness.medication, made, false);
  if (illness.procedure) procedure(chart, at, illness.procedure, made);
  paper(chart, at, SICK_VISIT, [made], `${illness.condition.display}. Synthetic data.`);
  if (random.chance(0.4)) vitalSigns(chart, visit(chart, FOLLOW_UP, at.start + 3 * DAY, illness.condition), 1);
}

/** Between eight and noon of that day. */
function morning(random: Random, time: number): number {
  return Math.floor(time / DAY) * DAY + (8 * 60 + random.int(0, 240)) * MINUTE;
}
