// DESIGN section 4: a Consent binds here at once; its answer waits a little for the ledger, and says so when that has not taken it yet.
import { bundleText, operationOutcome } from '#libs/fhir-model';
import type { ConsentVersion } from '#libs/store';
import type { Answer, AnsweredBundle, AnsweredEntry } from './answer.js';
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
  if (answer.bundle !== undefined) return bundleWithNews(consentsNotOnLedger, answer, answer.bundle);
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

async function bundleWithNews(
  consentsNotOnLedger: NonNullable<Services['consentsNotOnLedger']>,
  answer: Answer,
  { type, entries }: AnsweredBundle,
): Promise<Answer> {
  const waiting = await consentsNotOnLedger(entries.flatMap(({ consents = [] }) => consents));
  if (waiting.length === 0) return answer;
  const names = new Set(waiting.map(nameOf));
  const told = entries.map((entry) =>
    entry.consents?.some((consent) => names.has(nameOf(consent))) ? entryWithNews(entry) : entry,
  );
  return { ...answer, body: bundleText({ type, links: [], entries: told }) };
}

const nameOf = ({ id, version }: ConsentVersion) => `${id}/${version}`;

/** Beside what its outcome says otherwise. */
function entryWithNews(entry: AnsweredEntry): AnsweredEntry {
  const { status = '', outcome } = entry.response ?? {};
  const { issue: known = [] } = (outcome ?? {}) as { issue?: object[] };
  const { issue } = news();
  const isEmpty = status.startsWith('204');
  const response = {
    ...entry.response,
    status: isEmpty ? '200 OK' : status,
    outcome: { resourceType: 'OperationOutcome', issue: [...known, ...issue] },
  };
  return { ...entry, response };
}

function news(): ReturnType<typeof operationOutcome> {
  const diagnostics = `It is recorded here and binds from now on. It is ${NEWS}: it will be as soon as that takes it`;
  return operationOutcome([{ severity: 'information', code: 'incomplete', diagnostics }]);
}
