// FHIR R4 observation-operation-lastn.html: Observation/$lastn
import type { JsonObject, JsonValue } from '#libs/fhir-json';
import { badRequest, bundleText } from '#libs/fhir-model';
import { dateOf } from '#libs/search';
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import { eventsOfVersions } from '../record.js';
import { isObject } from '../resource-body.js';
import type { Services } from '../services.js';
import { Groups } from './groups.js';
import { type Observed, observations } from './observations.js';
import { oneText, operationParameters, referencesAsTexts, textPairs } from './parameters.js';

const CRITERIA = ['patient', 'subject', 'category', 'code', 'date', 'status', 'encounter', 'performer', 'combo-code'];
const MOST_EACH = 100;

/**
 * The last `max` (1) Observations of every code, newest first, and all of the date of the last of them. Two have the same
 * code where they share a coding, directly or through others found, or the text where there is none.
 * @throws FhirError 400 without patient or subject, 403, 422.
 */
export async function lastObservations(services: Services, request: FhirRequest): Promise<Answer> {
  const parameters = referencesAsTexts(operationParameters(request, [...CRITERIA, 'max']));
  const max = Number(oneText(parameters, 'max') ?? '1');
  if (!Number.isInteger(max) || max < 1 || max > MOST_EACH) throw badRequest(`max is a number from 1 to ${MOST_EACH}`);
  if (!parameters.has('patient') && !parameters.has('subject')) {
    throw badRequest('$lastn needs the patient or the subject', 'required');
  }
  const query = textPairs(parameters).filter(([name]) => name !== 'max');
  const { found, time } = await observations(services, request, query);
  const last = lastOf(found, max).map(({ version }) => version);
  const done = { action: '$lastn', query: new URLSearchParams([...query, ['max', String(max)]]).toString() };
  await services.store.record(eventsOfVersions(services, request, time, done, last));
  return {
    status: 200,
    headers: {},
    body: bundleText({
      type: 'searchset',
      total: last.length,
      links: [{ relation: 'self', url: `${services.base}/Observation/$lastn?${done.query}` }],
      entries: last.map(({ type, id, bytes }) => ({
        fullUrl: `${services.base}/${type}/${id}`,
        resourceText: bytes.toString('utf8'),
        search: { mode: 'match' },
      })),
    }),
  };
}

function lastOf(found: readonly Observed[], max: number): Observed[] {
  const groups = new Groups();
  for (const { resource } of found) groups.join(codesOf(resource));
  const lists = new Map<string, Observed[]>();
  for (const one of found) {
    const [code] = codesOf(one.resource);
    const list = lists.get(groups.of(code)) ?? [];
    list.push(one);
    lists.set(groups.of(code), list);
  }
  return [...lists.values()].flatMap((list) => withTies(list, max));
}

/** The first `max` of a list by date, and all that follow of the same date as the last of these. */
function withTies(list: readonly Observed[], max: number): readonly Observed[] {
  const last = list[max - 1];
  if (last === undefined) return list;
  const edge = dateIn(last.resource);
  const older = list.findIndex(({ resource }, index) => index >= max && dateIn(resource) !== edge);
  return older < 0 ? list : list.slice(0, older);
}

const DATES = {
  effectiveDateTime: 'dateTime',
  effectiveInstant: 'instant',
  effectivePeriod: 'Period',
  effectiveTiming: 'Timing',
};

/** What an Observation is sorted by; undefined where it has no date. */
function dateIn(resource: JsonObject): number | undefined {
  const [name, type] = Object.entries(DATES).find(([element]) => resource[element] !== undefined) ?? [];
  return name === undefined || type === undefined ? undefined : dateOf({ value: resource[name], type })?.low;
}

/** At least one. */
function codesOf({ code }: JsonObject): [string, ...string[]] {
  if (!isObject(code)) return [''];
  const codings = Array.isArray(code.coding) ? code.coding.filter((coding) => isObject(coding)) : [];
  const [first, ...more] = codings.map(({ system = '', code: value = '' }: Record<string, JsonValue>) =>
    JSON.stringify([system, value]),
  );
  return first === undefined ? [JSON.stringify(code.text ?? '')] : [first, ...more];
}
