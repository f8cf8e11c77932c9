// FHIR R4 observation-operation-stats.html: Observation/$stats
import type { JsonObject } from '#libs/fhir-json';
import { badRequest, instant } from '#libs/fhir-model';
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import { eventsOfVersions } from '../record.js';
import { isObject } from '../resource-body.js';
import type { Services } from '../services.js';
import { type Amount, type Coding, commonUnit, measurements } from './measurements.js';
import { type Observed, observations } from './observations.js';
import {
  manyTexts,
  type OperationParameters,
  oneCount,
  oneText,
  operationParameters,
  textPairs,
} from './parameters.js';
import { type Point, regression, timeOf } from './regression.js';
import { STATISTICS } from './statistics.js';
import { perHour, squared, type Unit } from './unit.js';

const KNOWN = ['subject', 'code', 'system', 'coding', 'duration', 'period', 'statistic', 'include', 'limit'];
const STATISTICS_SYSTEM = 'http://terminology.hl7.org/CodeSystem/observation-statistics';
const REGRESSION = 'regression';
const HOUR = 3_600_000;
const MOST_SOURCES = 1000;

/**
 * Statistics over the quantities of one subject, one Observation for each code asked for; figures over several units are not
 * made, and what was entered in error or has a comparator is not in them. With `include` the Observations looked at as well.
 * @throws FhirError 400, 403, 422.
 */
export async function observationStatistics(services: Services, request: FhirRequest): Promise<Answer> {
  const parameters = operationParameters(request, KNOWN);
  const subject = oneText(parameters, 'subject');
  const codings = codingsOf(parameters);
  const statistics = manyTexts(parameters, 'statistic');
  if (subject === undefined || codings.length === 0 || statistics.length === 0) {
    throw badRequest('$stats needs subject, code and statistic', 'required');
  }
  const unknown = statistics.find((name) => name !== REGRESSION && !Object.hasOwn(STATISTICS, name));
  if (unknown !== undefined)
    throw badRequest(`The statistic ${unknown.slice(0, 64)} is not supported`, 'not-supported');
  const limit = limitOf(parameters);
  const period = periodOf(parameters, Number((await services.store.time()) / 1000n));
  const results: JsonObject[] = [];
  const sources = new Map<string, Observed>();
  let time = 0n;
  for (const coding of codings) {
    const token = coding.system === undefined ? coding.code : `${coding.system}|${coding.code}`;
    const asked = await observations(services, request, [
      ['subject', subject],
      ['combo-code', token],
      ...datesOf(period),
    ]);
    time = asked.time;
    const found = asked.found.filter(({ resource }) => resource.status !== 'entered-in-error');
    for (const one of found) sources.set(one.version.id, one);
    results.push(statisticsOf(found, { coding, subject, statistics, period }));
  }
  const done = { action: '$stats', query: new URLSearchParams(textPairs(parameters)).toString() };
  const events = eventsOfVersions(
    services,
    request,
    time,
    done,
    [...sources.values()].map(({ version }) => version),
  );
  await services.store.record(events);
  return { status: 200, headers: {}, body: answerText(results, [...sources.values()].slice(0, limit)) };
}

/** How many Observations go into the answer. `limit` is looked at only with `include`. */
function limitOf(parameters: OperationParameters): number {
  if (oneText(parameters, 'include') !== 'true') return 0;
  return oneCount(parameters, 'limit', MOST_SOURCES) ?? MOST_SOURCES;
}

function codingsOf(parameters: OperationParameters): Coding[] {
  const system = oneText(parameters, 'system');
  const codes = manyTexts(parameters, 'code').map((code) => ({ code, ...(system === undefined ? {} : { system }) }));
  const codings = (parameters.get('coding') ?? []).flatMap((coding) => {
    if (isObject(coding) && typeof coding.code === 'string') {
      return [{ code: coding.code, ...(typeof coding.system === 'string' ? { system: coding.system } : {}) }];
    }
    const [first = '', second] = typeof coding === 'string' ? coding.split('|') : [];
    return [second === undefined ? { code: first } : { system: first, code: second }];
  });
  return [...codes, ...codings].filter(({ code }) => code !== '');
}

/** What the figures are about; empty for all that there is. */
interface Period {
  readonly start?: string;
  readonly end?: string;
}

/** The last `duration` hours, or a `period`. @throws FhirError 400 for what is neither. */
function periodOf(parameters: OperationParameters, now: number): Period {
  const duration = oneText(parameters, 'duration');
  const [period, ...more] = parameters.get('period') ?? [];
  if (duration !== undefined) {
    const hours = Number(duration);
    if (!(hours > 0 && hours < 1e6)) throw badRequest('duration is a number of hours above 0', 'value');
    return { start: instant(new Date(now - hours * HOUR)), end: instant(new Date(now)) };
  }
  if (period === undefined) return {};
  if (!isObject(period) || more.length > 0) throw badRequest('period is one Period, in a Parameters resource', 'value');
  const { start, end } = period;
  return { ...(typeof start === 'string' && { start }), ...(typeof end === 'string' && { end }) };
}

function datesOf({ start, end }: Period): [string, string][] {
  return [
    ...(start === undefined ? [] : [['date', `ge${start}`] as [string, string]]),
    ...(end === undefined ? [] : [['date', `le${end}`] as [string, string]]),
  ];
}

function statisticsOf(
  found: readonly Observed[],
  asked: { coding: Coding; subject: string; statistics: readonly string[]; period: Period },
): JsonObject {
  const measured = found.map(({ resource }) => ({ resource, amounts: measurements(resource, asked.coding) }));
  const all = measured.flatMap(({ amounts }) => amounts);
  const exact = all.filter((amount) => amount !== undefined);
  const unit = commonUnit(exact);
  if (unit === undefined)
    throw badRequest('The Observations have several units: ask for one code in one unit', 'business-rule');
  const numbers = exact.map(({ value }) => value).sort((a, b) => a - b);
  const figure = (name: string): JsonObject[] =>
    name === REGRESSION ? line(measured, unit) : [component(name, numbers, all.length, unit)];
  const { system, code } = asked.coding;
  return {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ code, ...(system === undefined ? {} : { system }) }] },
    subject: { reference: asked.subject },
    ...(Object.keys(asked.period).length > 0 ? { effectivePeriod: { ...asked.period } } : {}),
    component: asked.statistics.flatMap(figure),
  };
}

const WITHOUT_UNIT = new Set(['count', 'total-count', 'skew', 'kurtosis']);

function component(name: string, numbers: readonly number[], all: number, unit: Unit): JsonObject {
  const value = STATISTICS[name]?.(numbers, all);
  const code = { coding: [{ system: STATISTICS_SYSTEM, code: name }] };
  if (value === undefined || !Number.isFinite(value)) return { code, dataAbsentReason: { text: 'too few values' } };
  return { code, valueQuantity: { value, ...unitOf(name, unit) } };
}

function unitOf(name: string, unit: Unit): Unit {
  if (WITHOUT_UNIT.has(name)) return {};
  return name === 'variance' ? squared(unit) : unit;
}

interface Measured {
  readonly resource: JsonObject;
  readonly amounts: readonly (Amount | undefined)[];
}

/** Two components: how much the value changes in an hour, and what it was at the first time, by the line. */
function line(measured: readonly Measured[], unit: Unit): JsonObject[] {
  const fitted = regression(measured.flatMap(pointsOf));
  const code = (text: string) => ({ coding: [{ system: STATISTICS_SYSTEM, code: REGRESSION }], text });
  if (fitted === undefined) return [{ code: code('gradient'), dataAbsentReason: { text: 'too few times' } }];
  return [
    { code: code('gradient per hour'), valueQuantity: { value: fitted.gradient, ...perHour(unit) } },
    { code: code('intercept at the first time'), valueQuantity: { value: fitted.intercept, ...unit } },
  ];
}

function pointsOf({ resource, amounts }: Measured): Point[] {
  const time = timeOf(resource);
  if (time === undefined) return [];
  return amounts.flatMap((amount) => (amount === undefined ? [] : [{ time, value: amount.value }]));
}

/** Sources go in as they are stored. */
function answerText(results: readonly JsonObject[], sources: readonly Observed[]): string {
  const parts = [
    ...results.map((resource) => JSON.stringify({ name: 'statistics', resource })),
    ...sources.map(({ version }) => `{"name":"source","resource":${version.bytes.toString('utf8')}}`),
  ];
  return `{"resourceType":"Parameters","parameter":[${parts.join(',')}]}`;
}
