// Synthea's hospitalInformation and practitionerInformation: what patients refer to by identifier
import { type Coding, concept, hl7, snomed } from './concept.js';
import type { Entry } from './entry.js';
import { CITIES, FAMILY, GIVEN, STREETS } from './names.js';
import { Random } from './random.js';

const IDENTIFIERS = 'https://holdfast.dev/synthetic/identifier';
const NPI = 'http://hl7.org/fhir/sid/us-npi';

/** A hospital with one place and its doctors; all others refer to them by these searches. */
export interface Hospital {
  readonly organization: Pointer;
  readonly location: Pointer;
  readonly doctors: readonly Pointer[];
}

/** A conditional reference: a search that finds exactly one. */
export interface Pointer {
  readonly reference: string;
  readonly display: string;
}

const HOSPITALS = 10;
const DOCTORS = 5;

/** The hospitals, the same for every seed of the same name, and what makes them. Made once, however often it is imported. */
export function hospitals(seed: string): { hospitals: Hospital[]; payer: Pointer; entries: Entry[] } {
  const random = new Random(`${seed}/hospitals`);
  const entries: Entry[] = [];
  const payer = organization(
    random,
    'Synthetic Mutual Insurance',
    hl7('organization-type', 'ins', 'Insurance Company'),
    entries,
  );
  const made = Array.from({ length: HOSPITALS }, (_, index) => hospital(random, index, entries));
  return { hospitals: made, payer, entries };
}

function hospital(random: Random, index: number, entries: Entry[]): Hospital {
  const place = CITIES[index % CITIES.length] as (typeof CITIES)[number];
  const name = `${place.city} Synthetic Hospital ${index + 1}`;
  const owner = organization(random, name, hl7('organization-type', 'prov', 'Healthcare Provider'), entries);
  return {
    organization: owner,
    location: location(random, name, owner, entries),
    doctors: Array.from({ length: DOCTORS }, () => doctor(random, entries)),
  };
}

function organization(random: Random, name: string, type: Coding, entries: Entry[]): Pointer {
  const value = random.uuid();
  const resource = {
    resourceType: 'Organization',
    text: narrative(name),
    identifier: [{ system: IDENTIFIERS, value }],
    active: true,
    type: [concept(type)],
    name,
    telecom: [{ system: 'phone', value: '555-555-0100' }],
    address: [address(random, 'work')],
  };
  return shared(resource, IDENTIFIERS, value, name, entries);
}

function location(random: Random, name: string, owner: Pointer, entries: Entry[]): Pointer {
  const value = random.uuid();
  const resource = {
    resourceType: 'Location',
    text: narrative(name),
    identifier: [{ system: IDENTIFIERS, value }],
    status: 'active',
    name,
    address: address(random, 'work'),
    // The owner is made in the same transaction.
    managingOrganization: { reference: fullUrlOf(owner, entries), display: owner.display },
  };
  return shared(resource, IDENTIFIERS, value, name, entries);
}

function doctor(random: Random, entries: Entry[]): Pointer {
  const gender = random.pick(['female', 'male'] as const);
  const family = `${random.pick(FAMILY)}${random.int(1, 999)}`;
  const given = `${random.pick(GIVEN[gender])}${random.int(1, 999)}`;
  const value = `99${String(random.int(0, 99_999_999)).padStart(8, '0')}`;
  const display = `Dr. ${given} ${family}`;
  const resource = {
    resourceType: 'Practitioner',
    text: narrative(display),
    identifier: [{ system: NPI, value }],
    active: true,
    name: [{ family, given: [given], prefix: ['Dr.'] }],
    gender,
    qualification: [{ code: concept(snomed('59058001', 'General physician')) }],
  };
  return shared(resource, NPI, value, display, entries);
}

function shared(
  resource: { resourceType: string },
  system: string,
  value: string,
  display: string,
  entries: Entry[],
): Pointer {
  const { resourceType } = resource;
  const search = `identifier=${system}|${value}`;
  entries.push({
    fullUrl: `urn:uuid:${new Random(search).uuid()}`,
    resource,
    request: { method: 'POST', url: resourceType, ifNoneExist: search },
  });
  return { reference: `${resourceType}?${search}`, display };
}

function fullUrlOf({ reference }: Pointer, entries: readonly Entry[]): string {
  const search = reference.slice(reference.indexOf('?') + 1);
  return entries.find(({ request }) => request.ifNoneExist === search)?.fullUrl ?? reference;
}

export function address(random: Random, use: 'home' | 'work'): object {
  const line = [`${random.int(1, 999)} ${random.pick(STREETS)}`];
  return { use, line, ...random.pick(CITIES), country: 'US' };
}

/** A narrative that says what it is about. */
export function narrative(text: string): object {
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${safe}</div>` };
}
