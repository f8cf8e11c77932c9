// FHIR R4, section 3.1.0.11 "batch/transaction".
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

/** Sends a batch or transaction as it is. What it stored has no digest: the server puts its own references into it. */
export async function storeBundle(connection: FhirConnection, { name, bytes }: SourceBundle): Promise<StoredBundle> {
  const answer = await connection.send({ method: 'POST', path: '', body: bytes });
  if (answer.status !== 200) return { stored: [], refused: [{ name, reason: refusalText(answer) }] };
  const { entry = [] } = JSON.parse(answer.text) as { entry?: EntryResponse[] };
  const stored: Stored[] = [];
  const refused: Refused[] = [];
  for (const [index, { response = {} }] of entry.entries()) {
    const { status = '', location = '', outcome } = response;
    const [, type, id, version] = LOCATION.exec(location) ?? [];
    const own = `${name}#${index + 1}`;
    if (!status.startsWith('2')) refused.push({ name: own, reason: entryReason(status, outcome) });
    else if (type && id && version) {
      stored.push({ name: own, type, id, version, patients: type === 'Patient' ? [id] : [] });
    }
  }
  return { stored, refused };
}

function entryReason(status: string, outcome: { issue?: { diagnostics?: string }[] } | undefined): string {
  return [`status ${status}`, ...(outcome?.issue ?? []).flatMap(({ diagnostics }) => diagnostics ?? [])].join('; ');
}
