import type { SendOptions, TestServer } from '../apps/fhir-server/test/test-server.js';
import { mutations } from './fhir-mutations.js';

/** A request that something went wrong with, and how many entries it had before. */
export interface HostileRequest {
  readonly method: string;
  readonly path: string;
  readonly options: SendOptions;
  readonly entries: number;
}

const URN = 'urn:uuid:5a0cbb60-4d0e-4f0a-9d43-7cf6a0a6c001';

/** Stands for something that no two requests share, so that none finds what another has left. */
const MARK = 'MARK';

const PATIENT = {
  resourceType: 'Patient',
  identifier: [{ system: 'urn:hostile', value: MARK }],
  name: [{ family: 'Mut', given: ['A', 'B'] }],
  birthDate: '1970-01-01',
};
const OBSERVATION = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
  subject: { reference: URN },
  effectiveDateTime: '2024-01-01T00:00:00Z',
  valueQuantity: { value: 1.5, unit: '/min' },
};

/** Bundles with each kind of entry, references of each kind among them. */
const BUNDLES = (['batch', 'transaction'] as const).map((type) => ({
  resourceType: 'Bundle',
  type,
  entry: [
    {
      fullUrl: URN,
      resource: PATIENT,
      request: { method: 'POST', url: 'Patient', ifNoneExist: `identifier=urn:hostile|${MARK}` },
    },
    { resource: OBSERVATION, request: { method: 'POST', url: 'Observation' } },
    { resource: { ...PATIENT, id: 'other' }, request: { method: 'PUT', url: 'Patient/other' } },
    {
      resource: { ...OBSERVATION, subject: { reference: 'Patient?_id=target' } },
      request: { method: 'PUT', url: 'Observation?code=http://loinc.org|none' },
    },
    { request: { method: 'GET', url: 'Patient?family=Mut&_count=2' } },
    { request: { method: 'DELETE', url: 'Patient?identifier=urn:hostile|none', ifMatch: 'W/"1"' } },
  ],
}));

const JSON_PATCHES = [
  [
    { op: 'test', path: '/name/0/family', value: 'Mut' },
    { op: 'add', path: '/name/0/given/-', value: 'C' },
    { op: 'replace', path: '/birthDate', value: '1971-02-03' },
    { op: 'move', from: '/identifier/0/value', path: '/identifier/0/id' },
    { op: 'copy', from: '/name/0', path: '/name/1' },
    { op: 'remove', path: '/name/0/given/0' },
  ],
];

const operation = (type: string, path: string, more: object[]) => ({
  name: 'operation',
  part: [{ name: 'type', valueCode: type }, { name: 'path', valueString: path }, ...more],
});
const FHIRPATH_PATCHES = [
  {
    resourceType: 'Parameters',
    parameter: [
      operation('replace', 'Patient.birthDate', [{ name: 'value', valueDate: '1971-02-03' }]),
      operation('add', 'Patient', [
        { name: 'name', valueString: 'contact' },
        { name: 'value', part: [{ name: 'name', valueHumanName: { family: 'C' } }] },
      ]),
      operation('insert', 'Patient.name', [
        { name: 'index', valueInteger: 0 },
        { name: 'value', valueHumanName: { text: 'x' } },
      ]),
      operation('delete', "Patient.identifier.where(system = 'urn:hostile')", []),
      operation('move', "Patient.name.where(family = 'Mut').given", [
        { name: 'source', valueInteger: 0 },
        { name: 'destination', valueInteger: 1 },
      ]),
    ],
  },
];

/** Stores what the requests are about. */
export async function prepare(server: TestServer): Promise<void> {
  await server.send('PUT', 'Patient/target', { body: { ...PATIENT, id: 'target' } });
}

/** `count` mutated Bundles, the same for the same seed. */
export function hostileBundles(seed: number, count: number): HostileRequest[] {
  return mutated(BUNDLES, seed, count).map((body) => ({
    method: 'POST',
    path: '/fhir',
    options: { body },
    entries: 6,
  }));
}

/** `count` mutated patches of both formats. */
export function hostilePatches(seed: number, count: number): HostileRequest[] {
  const half = Math.ceil(count / 2);
  const request = (type: string) => (body: Uint8Array) => ({
    method: 'PATCH',
    path: 'Patient/target',
    options: { body, headers: { 'content-type': type } },
    entries: 0,
  });
  return [
    ...mutated(JSON_PATCHES, seed, half).map(request('application/json-patch+json')),
    ...mutated(FHIRPATH_PATCHES, seed, count - half).map(request('application/fhir+json')),
  ];
}

function mutated(originals: readonly object[], seed: number, count: number): Uint8Array[] {
  const each = Math.ceil(count / originals.length);
  const all = originals.flatMap((original, nth) =>
    mutations(Buffer.from(JSON.stringify(original)), seed + nth, each).map(({ bytes }, index) =>
      marked(bytes, `m${nth}-${index}`),
    ),
  );
  return all.slice(0, count);
}

/** A byte that is no UTF-8 any more stays as it is. */
function marked(bytes: Uint8Array, mark: string): Uint8Array {
  return Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll(MARK, mark), 'latin1');
}
