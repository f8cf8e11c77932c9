// DESIGN section 4: a Consent binds here at once; its answer waits a little for the ledger, and says so when that has not taken it yet.
import { operationOutcome } from '#libs/fhir-model';
import type { Answer } from './answer.js';
import type { FhirRequest } from './fhir-request.js';
import type { Services } from './services.js';

const LOCATION = /\/Consent\/([A-Za-z0-9\-.]{1,64})\/_history\/([1-9][0-9]*)$/;
const ETAG = /^W\/"([1-9][0-9]*)"$/;
const NEWS = 'not yet on the ledger';

/**
 * The answer to a write of a Consent, once its version is on the ledger or the wait is over. Then it is an
 * OperationOutcome that says so; where the client asked for the resource, that with a header. Every other answer passes as it is. To be called after the
 * transaction of the write, never inside it.
 */
export async function withLedgerNews(services: Services, request: FhirRequest, answer: Answer): Promise<Answer> {
  const written = writtenConsent(request, answer);
  if (written === undefined || services.consentOnLedger === undefined) return answer;
  if (await services.consentOnLedger(written.id, written.version)) return answer;
  const headers = { ...answer.headers, warning: `199 - "${NEWS}"` };
  const keepsBody = answer.body !== undefined && request.preference.return === 'representation';
  if (keepsBody) return { ...answer, headers };
  return { ...answer, status: answer.status === 204 ? 200 : answer.status, headers, body: news() };
}

function writtenConsent(
  request: FhirRequest,
  { status, headers }: Answer,
): { id: string; version: number } | undefined {
  const [, id, version] = LOCATION.exec(headers.location ?? '') ?? [];
  if (id !== undefined) return { id, version: Number(version) };
  const [, deletion] = ETAG.exec(headers.etag ?? '') ?? [];
  const isDeletion = status === 204 && request.type === 'Consent' && request.id !== undefined && deletion !== undefined;
  return isDeletion ? { id: request.id as string, version: Number(deletion) } : undefined;
}

function news(): string {
  const diagnostics = `It is recorded here and binds from now on. It is ${NEWS}: it will be as soon as that takes it`;
  return JSON.stringify(operationOutcome([{ severity: 'information', code: 'incomplete', diagnostics }]));
}
