// FHIR R4, section 2.36 "Bundle": what its constraints do not say: https://hl7.org/fhir/R4/bundle.html
import { parseReference } from '#libs/fhir-model';
import type { Report } from '../report.js';
import { quote } from '../words.js';
import type { BundleIndex } from './bundle-index.js';
import { isMembers, type Members, objects, placed, text } from './json.js';

const ABSOLUTE = /^(?:https?:\/\/|urn:(?:uuid|oid):|[a-z][a-z0-9+.-]*:)/i;
const UUID = /^urn:uuid:/i;
const LOWER_UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Link relations that name one page. */
const ONCE = new Set(['self', 'first', 'previous', 'prev', 'next', 'last']);
/** Their entries are found again by fullUrl alone. */
const NEEDS_URL = new Set(['document', 'message', 'collection']);

export function checkBundle(report: Report, bundle: Members, at: string, index: BundleIndex): void {
  checkLinks(report, bundle, at);
  for (const [place, entry] of placed(bundle.entry)) checkEntry(report, bundle, entry, `${at}/entry/${place}`);
  if (bundle.type === 'searchset') checkMatches(report, bundle, at);
  if (bundle.type === 'transaction') checkTransaction(report, bundle, at);
  if (bundle.type === 'document') checkDocument(report, bundle, at, index);
}

function checkLinks(report: Report, { link }: Members, at: string): void {
  const seen = new Set<string>();
  for (const [place, { relation }] of placed(link)) {
    const name = text(relation) ?? '';
    if (ONCE.has(name) && seen.has(name))
      report.error('duplicate', `${at}/link/${place}`, `a second link ${quote(name)} was found, expected one`);
    seen.add(name);
  }
}

function checkEntry(report: Report, bundle: Members, entry: Members, at: string): void {
  const { fullUrl, resource } = entry;
  if (typeof fullUrl === 'string') checkFullUrl(report, fullUrl, resource, at);
  else if (isMembers(resource) && NEEDS_URL.has(String(bundle.type)) && entry._fullUrl === undefined) {
    report.warning(
      'required',
      at,
      `an entry of a ${String(bundle.type)} has no fullUrl, so references to it cannot be resolved`,
    );
  }
}

function checkFullUrl(report: Report, fullUrl: string, resource: unknown, at: string): void {
  if (!ABSOLUTE.test(fullUrl)) {
    report.error('value', at, `fullUrl is ${quote(fullUrl)}, expected an absolute URL`);
    return;
  }
  if (UUID.test(fullUrl) && !LOWER_UUID.test(fullUrl)) {
    report.error('value', at, `fullUrl is ${quote(fullUrl)}, expected urn:uuid: and a UUID`);
  }
  const named = parseReference(fullUrl);
  const id = isMembers(resource) ? text(resource.id) : undefined;
  if (named && id !== undefined && named.id !== id) {
    report.error('value', at, `fullUrl ends in ${quote(named.id)}, but the id of the resource is ${quote(id)}`);
  }
}

function checkMatches(report: Report, bundle: Members, at: string): void {
  for (const [place, { resource, search }] of placed(bundle.entry)) {
    const mode = isMembers(search) ? search.mode : undefined;
    const fault = isMembers(resource) ? matchFault(resource, mode) : undefined;
    if (fault !== undefined) report.error('invalid', `${at}/entry/${place}/resource`, fault);
  }
}

function matchFault({ resourceType, id }: Members, mode: unknown): string | undefined {
  const isOutcome = resourceType === 'OperationOutcome';
  if (mode === 'outcome' && !isOutcome) return 'the outcome of a search is an OperationOutcome';
  if (mode === 'match' && isOutcome) return 'an OperationOutcome is no match of a search';
  return id === undefined && !isOutcome ? 'what a search found has an id' : undefined;
}

/** No resource is written twice in one transaction. */
function checkTransaction(report: Report, bundle: Members, at: string): void {
  const seen = new Set<string>();
  for (const [place, { request }] of placed(bundle.entry)) {
    const { method, url } = isMembers(request) ? request : {};
    if ((method !== 'PUT' && method !== 'DELETE' && method !== 'PATCH') || typeof url !== 'string' || url.includes('?'))
      continue;
    if (seen.has(url))
      report.error('duplicate', `${at}/entry/${place}/request`, `${quote(url)} is written twice in one transaction`);
    seen.add(url);
  }
}

/** What a Composition refers to is in the document, and once. */
function checkDocument(report: Report, bundle: Members, at: string, index: BundleIndex): void {
  for (const [place, { resource }] of placed(bundle.entry)) {
    if (isMembers(resource) && resource.resourceType === 'Composition') {
      for (const [pointer, reference] of composed(resource)) {
        checkTarget(report, reference, resource, index, `${at}/entry/${place}/resource${pointer}`);
      }
    }
  }
}

function checkTarget(report: Report, reference: string, from: Members, index: BundleIndex, at: string): void {
  if (reference.startsWith('#') || /^https?:/.test(reference)) return;
  const found = index.find(reference, from);
  if (found.length === 0) report.error('not-found', at, `${quote(reference)} is not in the document`);
  if (found.length > 1)
    report.error('multiple-matches', at, `${quote(reference)} is ${found.length} entries of the document`);
}

/** The references that FHIR R4, section 2.30.1 "Document Content", wants in the document. */
function* composed(composition: Members): Generator<[string, string]> {
  yield* direct('/subject', composition.subject);
  yield* direct('/encounter', composition.encounter);
  yield* direct('/custodian', composition.custodian);
  for (const [place, author] of placed(composition.author)) yield* direct(`/author/${place}`, author);
  for (const [place, { party }] of placed(composition.attester)) yield* direct(`/attester/${place}/party`, party);
  for (const [place, { detail }] of placed(composition.event)) yield* list(`/event/${place}/detail`, detail);
  for (const [place, section] of placed(composition.section)) yield* sections(`/section/${place}`, section, 0);
}

function* sections(at: string, section: Members, depth: number): Generator<[string, string]> {
  yield* direct(`${at}/focus`, section.focus);
  for (const [place, author] of placed(section.author)) yield* direct(`${at}/author/${place}`, author);
  yield* list(`${at}/entry`, section.entry);
  if (depth > 50) return;
  for (const [place, inner] of placed(section.section)) yield* sections(`${at}/section/${place}`, inner, depth + 1);
}

function* list(at: string, references: unknown): Generator<[string, string]> {
  for (const [place, reference] of placed(references)) yield* direct(`${at}/${place}`, reference);
}

function* direct(at: string, value: unknown): Generator<[string, string]> {
  if (isMembers(value) && typeof value.reference === 'string') yield [at, value.reference];
}

/** The entries of a Bundle that hold a resource. */
export function entryResources(bundle: Members): Members[] {
  return objects(bundle.entry).flatMap(({ resource }) => (isMembers(resource) ? [resource] : []));
}
