// DESIGN section 4: a Consent binds here at once; its answer waits a little for the ledger, and says so when that has not taken it yet.
import { elements, members } from '#libs/fhir-json';
import { operationOutcome } from '#libs/fhir-model';
import type { ConsentVersion } from '#libs/store';
import type { Answer, WrittenConsent } from './answer.js';
import type { FhirRequest } from './fhir-request.js';
import type { Services } from './services.js';

const LOCATION = /\/Consent\/([A-Za-z0-9\-.]{1,64})\/_history\/([1-9][0-9]*)$/;
const ETAG = /^W\/"([1-9][0-9]*)"$/;
const NEWS = 'not yet on the ledger';

/**
 * The answer to a write of a Consent, once its version is on the ledger or the wait is over. Then it is an
 * OperationOutcome that says so; where the client asked for the resource, that with a header. In the answer to a batch or
 * transaction each entry says it of its own, after one wait for all. Every other answer passes as it is. To be called after the
 * transaction of the write, never inside it.
 */
export async function withLedgerNews(services: Services, request: FhirRequest, answer: Answer): Promise<Answer> {
  const { consentsNotOnLedger } = services;
  if (consentsNotOnLedger === undefined) return answer;
  const { consents, body } = answer;
  if (consents !== undefined && body !== undefined)
    return { ...answer, body: await bundleWithNews(services, Buffer.from(body).toString('utf8'), consents) };
  const written = writtenConsent(request, answer);
  if (written === undefined || (await consentsNotOnLedger([written])).length === 0) return answer;
  const headers = { ...answer.headers, warning: `199 - "${NEWS}"` };
  const keepsBody = answer.body !== undefined && request.preference.return === 'representation';
  if (keepsBody) return { ...answer, headers };
  return { ...answer, status: answer.status === 204 ? 200 : answer.status, headers, body: JSON.stringify(news()) };
}

function writtenConsent(request: FhirRequest, { status, headers }: Answer): ConsentVersion | undefined {
  const [, id, version] = LOCATION.exec(headers.location ?? '') ?? [];
  if (id !== undefined) return { id, version: Number(version) };
  const [, deletion] = ETAG.exec(headers.etag ?? '') ?? [];
  const isDeletion = status === 204 && request.type === 'Consent' && request.id !== undefined && deletion !== undefined;
  return isDeletion ? { id: request.id as string, version: Number(deletion) } : undefined;
}

/**
 * The text of a batch-response or transaction-response; entries that wrote Consents say which of these are not on the ledger yet, after
 * one wait for all.
 */
export async function bundleWithNews(
  { consentsNotOnLedger }: Services,
  text: string,
  consents: readonly WrittenConsent[],
): Promise<string> {
  const waiting = (await consentsNotOnLedger?.(consents)) ?? [];
  if (waiting.length === 0) return text;
  const names = new Set(waiting.map(nameOf));
  const told = new Set(consents.filter((one) => names.has(nameOf(one))).map(({ entry }) => entry));
  const list = memberOf(text, 'entry');
  if (list === undefined) return text;
  const entries = [...elements(text, list.start)].map(({ start, end }, index) => {
    const entry = text.slice(start, end);
    return told.has(index) ? entryWithNews(entry) : entry;
  });
  return `${text.slice(0, list.start)}[${entries.join(',')}]${text.slice(list.end)}`;
}

const nameOf = ({ id, version }: ConsentVersion) => `${id}/${version}`;
const memberOf = (text: string, wanted: string) => [...members(text)].find(({ name }) => name === wanted);

/** Beside what its outcome says otherwise. */
function entryWithNews(entry: string): string {
  const found = memberOf(entry, 'response');
  if (found === undefined) return entry;
  const response = JSON.parse(entry.slice(found.start, found.end)) as Response;
  const { status = '', outcome } = response;
  const { issue } = news();
  const told = {
    ...response,
    status: status.startsWith('204') ? '200 OK' : status,
    outcome: { resourceType: 'OperationOutcome', issue: [...(outcome?.issue ?? []), ...issue] },
  };
  return `${entry.slice(0, found.start)}${JSON.stringify(told)}${entry.slice(found.end)}`;
}

/** Bundle.entry.response. All that is in one are texts of ours. */
interface Response {
  status?: string;
  outcome?: { issue?: object[] };
}

function news(): ReturnType<typeof operationOutcome> {
  const diagnostics = `It is recorded here and binds from now on. It is ${NEWS}: it will be as soon as that takes it`;
  return operationOutcome([{ severity: 'information', code: 'incomplete', diagnostics }]);
}
