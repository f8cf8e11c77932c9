// FHIR R4, section 3.6.4.1 "Resolving references in Bundles": https://hl7.org/fhir/R4/bundle.html#references
import { parseReference } from '#libs/fhir-model';
import { isMembers, type Members, placed, text } from './json.js';

const RESTFUL = /^(https?:\/\/.+)\/[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

export interface Entry {
  readonly index: number;
  readonly fullUrl?: string;
  readonly resource: Members;
}

/** The entries of a Bundle by what references call them. */
export class BundleIndex {
  private readonly byUrl = new Map<string, Entry[]>();
  private readonly byName = new Map<string, Entry[]>();
  private readonly urls = new Map<unknown, string>();

  constructor(bundle: Members) {
    for (const [index, { fullUrl, resource }] of placed(bundle.entry)) {
      if (!isMembers(resource)) continue;
      const url = text(fullUrl);
      const entry: Entry = { index, resource, ...(url === undefined ? {} : { fullUrl: url }) };
      if (url !== undefined) {
        push(this.byUrl, url, entry);
        this.urls.set(resource, url);
      }
      push(this.byName, `${text(resource.resourceType)}/${text(resource.id)}`, entry);
    }
  }

  /** The entries that a reference in `from` may mean, a version it names included; none if it leads out of the Bundle. */
  find(reference: string, from: unknown): readonly Entry[] {
    const [path = '', version] = reference.split('#')[0]!.split('/_history/');
    const found = this.unversioned(path, from);
    return version === undefined ? found : found.filter(({ resource }) => versionOf(resource) === version);
  }

  /** The same, for what only needs one target. */
  resolve(reference: string, from: unknown): Members | undefined {
    return this.find(reference, from)[0]?.resource;
  }

  private unversioned(path: string, from: unknown): readonly Entry[] {
    const exact = this.byUrl.get(path);
    if (exact) return exact;
    const parsed = parseReference(path);
    if (!parsed || /^[a-z]+:/i.test(path)) return [];
    const base = RESTFUL.exec(this.urls.get(from) ?? '')?.[1];
    const based = base === undefined ? undefined : this.byUrl.get(`${base}/${path}`);
    return based ?? this.byName.get(path) ?? [];
  }
}

function versionOf({ meta }: Members): string | undefined {
  return isMembers(meta) ? text(meta.versionId) : undefined;
}

function push(map: Map<string, Entry[]>, key: string, entry: Entry): void {
  const list = map.get(key);
  if (list) list.push(entry);
  else map.set(key, [entry]);
}
