// FHIR R4, sections 3.1.0.4 "update" and 3.1.0.8 "create".
import { contentDigest, type OpenContent } from './content-digest.js';
import type { Answer, FhirConnection } from './fhir-connection.js';
import type { VersionName } from './import-options.js';
import type { SourceResource } from './source-item.js';

/** A version that the server says it stored, and for a check the digest of what it was sent. */
export interface Stored extends VersionName {
  name: string;
  digest?: string;
  /** Of what was sent in a batch or transaction. */
  open?: OpenContent;
  /** Ids of the patients it names, itself if it is one: by literal references in its text, so some may be named in passing. */
  patients: string[];
}

export interface Refused {
  name: string;
  reason: string;
}

/**
 * Sends a resource as its source has it: PUT under its own id, POST where it has none. What a check needs to know is worked out
 * only for one that `isChecked`.
 */
export async function storeResource(
  connection: FhirConnection,
  source: SourceResource,
  isChecked: boolean,
): Promise<Stored | Refused> {
  const { name, type, id, bytes } = source;
  const answer = await connection.send(
    id === undefined
      ? { method: 'POST', path: `/${type}`, body: bytes }
      : { method: 'PUT', path: `/${type}/${encodeURIComponent(id)}`, body: bytes },
  );
  if (answer.status !== 200 && answer.status !== 201) return { name, reason: refusalText(answer) };
  const version = versionOf(answer);
  const storedId = id ?? idOf(answer);
  if (version === undefined || storedId === undefined) return { name, reason: 'the answer names no version' };
  if (!isChecked) return { name, type, id: storedId, version, patients: [] };
  const text = Buffer.from(bytes).toString('utf8');
  const patients = type === 'Patient' ? [storedId] : patientsNamed(text);
  return { name, type, id: storedId, version, digest: contentDigest(text), patients };
}

const MOST_PATIENTS = 8;

function patientsNamed(text: string): string[] {
  const named = text.matchAll(/"reference"\s*:\s*"Patient\/([A-Za-z0-9\-.]{1,64})"/g);
  return [...new Set([...named].map((match) => match[1] as string))].slice(0, MOST_PATIENTS);
}

/** The version id in an answer's ETag. */
export function versionOf(answer: Answer): string | undefined {
  return /^W\/"([^"]+)"$/.exec(answer.headers.etag ?? '')?.[1];
}

function idOf(answer: Answer): string | undefined {
  return /\/([A-Za-z0-9\-.]{1,64})\/_history\/[^/]+$/.exec(answer.headers.location ?? '')?.[1];
}

const LONGEST_REASON = 400;

/** Status and what the server's OperationOutcome says, on one line. */
export function refusalText(answer: Answer): string {
  const said = issues(answer.text).map(({ diagnostics, details, expression }) =>
    [details?.text ?? diagnostics, expression?.[0] ? `at ${expression[0]}` : undefined].filter(Boolean).join(' '),
  );
  const text = [`status ${answer.status}`, ...said.filter((sentence) => sentence !== '')].join('; ');
  return text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON)} ...` : text;
}

interface OutcomeIssue {
  diagnostics?: string;
  details?: { text?: string };
  expression?: string[];
}

function issues(text: string): OutcomeIssue[] {
  try {
    const outcome = JSON.parse(text) as { issue?: OutcomeIssue[] } | null;
    return Array.isArray(outcome?.issue) ? outcome.issue : [];
  } catch {
    return [];
  }
}
