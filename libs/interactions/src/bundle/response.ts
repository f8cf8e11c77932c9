// FHIR R4 bundle.html: Bundle.entry.response
import { STATUS_CODES } from 'node:http';
import { type BundleEntry, FhirError, instant, operationOutcome } from '#libs/fhir-model';
import type { Answer } from '../answer.js';

/** The entry that tells how one went. Its resource is what the interaction answered, text for text. */
export function responseEntry(answer: Answer): BundleEntry {
  const { status, headers, version, body } = answer;
  const text = body === undefined ? undefined : Buffer.from(body).toString('utf8');
  const isOutcome = text?.startsWith('{"resourceType":"OperationOutcome"') === true;
  return {
    ...(text !== undefined && !isOutcome ? { resourceText: text } : {}),
    response: {
      status: statusText(status),
      ...(headers.location === undefined ? {} : { location: headers.location }),
      ...(headers.etag === undefined ? {} : { etag: headers.etag }),
      ...(version === undefined ? {} : { lastModified: instant(version.lastUpdated) }),
      ...(text !== undefined && isOutcome ? { outcome: JSON.parse(text) as object } : {}),
    },
  };
}

/** The entry of a batch that was refused. @throws whatever is no refusal. */
export function refusedEntry(error: unknown): BundleEntry {
  if (!(error instanceof FhirError)) throw error;
  return { response: { status: statusText(error.status), outcome: operationOutcome(error.issues) } };
}

function statusText(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ''}`.trim();
}
