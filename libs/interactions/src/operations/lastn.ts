// FHIR R4 observation-operation-lastn.html: Observation/$lastn
import type { JsonObject, JsonValue } from '#libs/fhir-json';
import { badRequest, bundleText } from '#libs/fhir-model';
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import { eventsOfVersions } from '../record.js';
import { isObject } from '../resource-body.js';
import type { Services } from '../services.js';
import { type Observed, observations } from './observations.js';
import { oneText, operationParameters, textPairs } from './parameters.js';
import { timeOf } from './regression.js';

const CRITERIA = ['patient', 'subject', 'category', 'code', 'date', 'status', 'encounter', 'performer', 'combo-code'];
const MOST_EACH = 100;

/**
 * The last `max` (1) Observations of every code, newest first, and more where the last of them have one time. Two have the same code
 * where they share a coding, or a third shares one with each; or the text where there is no coding. @throws FhirError 400 without patient or subject, 403, 422.
 */
export async function lastObservations(services: Services, request: FhirRequest): Promise<Answer> {
  const parameters = operationParameters(request, [...CRITERIA, 'max']);
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

/** Of each group the first `max`, and those of the same time as the last of these. */
function lastOf(found: readonly Observed[], max: number): Observed[] {
  return grouped(found).flatMap((group) => {
    const last = group[max - 1];
    const time = last && timeOf(last.resource);
    return group.filter(({ resource }, at) => at < max || (time !== undefined && timeOf(resource) === time));
  });
}

/** By code, each in the order of `found`. What shares a code with two groups makes them one. */
function grouped(found: readonly Observed[]): Observed[][] {
  const groups = new Map<string, Set<string>>();
  for (const { resource } of found) {
    const keys = codesOf(resource);
    const one = new Set(keys.flatMap((key) => [key, ...(groups.get(key) ?? [])]));
    for (const key of one) groups.set(key, one);
  }
  return [...Map.groupBy(found, ({ resource }) => groups.get(codesOf(resource)[0]!)).values()];
}

function codesOf({ code }: JsonObject): string[] {
  if (!isObject(code)) return [''];
  const codings = Array.isArray(code.coding) ? code.coding.filter((coding) => isObject(coding)) : [];
  const keys = codings.map(({ system = '', code: value = '' }: Record<string, JsonValue>) =>
    JSON.stringify([system, value]),
  );
  return keys.length > 0 ? keys : [JSON.stringify(code.text ?? '')];
}
