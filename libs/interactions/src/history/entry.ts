// FHIR R4 http.html#history: the entry of one version.
import { type BundleEntry, instant } from '#libs/fhir-model';
import type { HistoryEntry } from '#libs/store';
import type { Services } from '../services.js';

const METHODS = { create: 'POST', update: 'PUT', delete: 'DELETE' } as const;

export function historyEntry(services: Services, { outcome, version, made }: HistoryEntry): BundleEntry {
  const { type, id, interaction } = version;
  return {
    fullUrl: `${services.base}/${type}/${id}`,
    ...(outcome === 'found' ? { resourceText: version.bytes.toString('utf8') } : {}),
    request: { method: METHODS[interaction], url: interaction === 'create' ? type : `${type}/${id}` },
    response: {
      status: outcome === 'gone' ? '204' : made ? '201' : '200',
      etag: `W/"${version.version}"`,
      lastModified: instant(version.lastUpdated),
    },
  };
}
