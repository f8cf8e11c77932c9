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

const CRITERIA = ['patient', 'subject', 'category', 'code', 'date', 'status', 'encounter', 'performer', 'combo-code'];
const MOST_EACH = 100;

/**
 * The last `max` (1) Observations of every code, newest first. Two have the same code where they share a coding, or the text
 * where there is none. @throws FhirError 400 without patient or subject, 403, 422.
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

function lastOf(found: readonly Observed[], max: number): Observed[] {
  const groups = new Map<string, Observed[]>();
  for (const one of found) {
    const keys = codesOf(one.resource);
    const group = keys.map((key) => groups.get(key)).find((known) => known !== undefined) ?? [];
    for (const key of keys) groups.set(key, group);
    group.push(one);
  }
  return [...new Set(groups.values())].flatMap((group) => group.slice(0, max));
}

function codesOf({ code }: JsonObject): string[] {
  if (!isObject(code)) return [''];
  const codings = Array.isArray(code.coding) ? code.coding.filter((coding) => isObject(coding)) : [];
  const keys = codings.map(({ system = '', code: value = '' }: Record<string, JsonValue>) =>
    JSON.stringify([system, value]),
  );
  return keys.length > 0 ? keys : [JSON.stringify(code.text ?? '')];
}
