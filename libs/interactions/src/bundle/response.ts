// FHIR R4 bundle.html: Bundle.entry.response
import { STATUS_CODES } from 'node:http';
import { type BundleEntry, bundleText, FhirError, type Issue, instant, operationOutcome } from '#libs/fhir-model';
import type { Answer, AnsweredEntry } from '../answer.js';

/** The answer to a batch or transaction. */
export function bundleAnswer(type: 'batch-response' | 'transaction-response', entries: AnsweredEntry[]): Answer {
  const body = bundleText({ type, links: [], entries });
  const consents = entries.flatMap((one, entry) =>
    (one.consents ?? []).map(({ id, version }) => ({ entry, id, version })),
  );
  return { status: 200, headers: {}, body, ...(consents.length > 0 ? { consents } : {}) };
}

/** The entry that tells how one went. Its resource is what the interaction answered, text for text. */
export function responseEntry(answer: Answer): AnsweredEntry {
  const { status, headers, version, body, written = [], warnings = [] } = answer;
  const consents = written.filter(({ type }) => type === 'Consent');
  const text = body === undefined ? undefined : Buffer.from(body).toString('utf8');
  const isOutcome = text?.startsWith('{"resourceType":"OperationOutcome"') === true;
  const entry: AnsweredEntry = {
    ...(consents.length > 0 ? { consents } : {}),
    ...(text !== undefined && !isOutcome ? { resourceText: text } : {}),
    response: {
      status: statusText(status),
      ...(headers.location === undefined ? {} : { location: headers.location }),
      ...(headers.etag === undefined ? {} : { etag: headers.etag }),
      ...(version === undefined ? {} : { lastModified: instant(version.lastUpdated) }),
      ...(text !== undefined && isOutcome ? { outcome: JSON.parse(text) as object } : {}),
    },
  };
  return isOutcome ? entry : withWarnings(entry, warnings);
}

/** The same, with what there is to be said of it beside. */
export function withWarnings(entry: AnsweredEntry, warnings: readonly Issue[]): AnsweredEntry {
  const { response } = entry;
  if (warnings.length === 0 || response === undefined) return entry;
  const before = (response.outcome as { issue?: object[] } | undefined)?.issue ?? [];
  const { issue: issues, ...rest } = operationOutcome([...warnings]);
  return { ...entry, response: { ...response, outcome: { ...rest, issue: [...before, ...issues] } } };
}

/** The entry of a batch that was refused. @throws whatever is no refusal. */
export function refusedEntry(error: unknown): BundleEntry {
  if (!(error instanceof FhirError)) throw error;
  return { response: { status: statusText(error.status), outcome: operationOutcome(error.issues) } };
}

function statusText(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ''}`.trim();
}
