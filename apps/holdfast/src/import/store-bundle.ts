// FHIR R4, section 3.1.0.11 "batch/transaction".
import { entryTexts } from './bundle-entries.js';
import { openContent } from './content-digest.js';
import type { FhirConnection } from './fhir-connection.js';
import type { SourceBundle } from './source-item.js';
import { type Refused, refusalText, type Stored } from './store-resource.js';

/** What became of the entries of a Bundle. */
export interface StoredBundle {
  stored: Stored[];
  refused: Refused[];
}

interface EntryResponse {
  response?: { status?: string; location?: string; outcome?: { issue?: { diagnostics?: string }[] } };
}

const LOCATION = /(?:^|\/)([A-Z][A-Za-z]*)\/([A-Za-z0-9\-.]{1,64})\/_history\/([^/]+)$/;

/** Sends a batch or transaction as it is. What a check needs to know is worked out only for one that `isChecked`. */
export async function storeBundle(
  connection: FhirConnection,
  { name, bytes }: SourceBundle,
  isChecked: boolean,
): Promise<StoredBundle> {
  const answer = await connection.send({ method: 'POST', path: '', body: bytes });
  if (answer.status !== 200) return { stored: [], refused: [{ name, reason: refusalText(answer) }] };
  const { entry = [] } = JSON.parse(answer.text) as { entry?: EntryResponse[] };
  const sent = isChecked ? [...entryTexts(Buffer.from(bytes).toString('utf8'))] : [];
  const outcomes = entry.map((one, index) => outcomeOf(`${name}#${index + 1}`, one, sent[index]));
  return {
    stored: outcomes.filter((one) => one !== undefined && 'version' in one),
    refused: outcomes.filter((one) => one !== undefined && 'reason' in one),
  };
}

/** Undefined for an entry that stored nothing and was not to. */
function outcomeOf(name: string, { response = {} }: EntryResponse, sent?: string): Stored | Refused | undefined {
  const { status = '', location = '', outcome } = response;
  if (!status.startsWith('2')) return { name, reason: entryReason(status, outcome) };
  const [, type, id, version] = LOCATION.exec(location) ?? [];
  if (!type || !id || !version) return undefined;
  const patients = type === 'Patient' ? [id] : [];
  return { name, type, id, version, patients, ...(sent === undefined ? {} : { open: openContent(sent) }) };
}

function entryReason(status: string, outcome: { issue?: { diagnostics?: string }[] } | undefined): string {
  return [`status ${status}`, ...(outcome?.issue ?? []).flatMap(({ diagnostics }) => diagnostics ?? [])].join('; ');
}
