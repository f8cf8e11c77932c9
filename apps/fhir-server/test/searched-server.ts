import { type Asking, type ReplyJson, type SendOptions, startTestServer, type TestServer } from './test-server.js';

export const OTHER: Asking = {
  scope: 'user/*.cruds',
  fhirUser: 'Practitioner/9',
  organization: 'Organization/custodian',
  purpose_of_use: 'TREAT',
};
/** Practitioner/1, whom patient b denies everything. */
export const DENIED: Asking = { ...OTHER, fhirUser: 'Practitioner/1' };

export const observation = (id: string, patient: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  meta: { tag: [{ system: 'urn:t', code: 'both' }] },
  status: 'final',
  code: { coding: [{ system: 'urn:o', code: 'rate' }] },
  subject: { reference: `Patient/${patient}` },
  performer: [{ reference: 'Practitioner/p' }],
  ...more,
});
const condition = (id: string, patient: string, more: object = {}) => ({
  resourceType: 'Condition',
  id,
  meta: { tag: [{ system: 'urn:t', code: 'both' }] },
  subject: { reference: `Patient/${patient}` },
  ...more,
});
export const CONSENT = {
  resourceType: 'Consent',
  status: 'active',
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTIN' }] },
};
/** A server that holds two patients, their Observations and Conditions, and what these refer to. */
export interface SearchedServer extends TestServer {
  put(resource: { resourceType: string; id: string; [element: string]: unknown }): Promise<void>;
  get(path: string, options?: SendOptions): Promise<ReplyJson & { status: number }>;
  /** `Type/id` of all entries of a page, sorted. */
  found(path: string, options?: SendOptions): Promise<string[]>;
  /** The same of all pages in their order, each as the server links it. */
  pages(path: string, options?: SendOptions): Promise<string[][]>;
}

export const namesOf = ({ entry = [] }: ReplyJson) =>
  entry.map(({ resource: r }) => `${String(r?.resourceType)}/${String(r?.id)}`);
export const linkOf = ({ link = [] }: ReplyJson, name: string) => link.find(({ relation }) => relation === name)?.url;

export async function startSearchedServer(): Promise<SearchedServer> {
  const server = await startTestServer();
  const put: SearchedServer['put'] = async (resource) => {
    const { status, text } = await server.send('PUT', `${resource.resourceType}/${resource.id}`, { body: resource });
    if (status > 201) throw new Error(text);
  };
  const get: SearchedServer['get'] = async (path, options = {}) => {
    const reply = await server.send('GET', path, options);
    return { status: reply.status, ...reply.json() };
  };
  const found: SearchedServer['found'] = async (path, options) => namesOf(await get(path, options)).sort();
  const pages: SearchedServer['pages'] = async (path, options) => {
    const all: string[][] = [];
    for (let next: string | undefined = path; next !== undefined; ) {
      const page: ReplyJson = await get(next.replace(server.base, '/fhir'), options);
      all.push(namesOf(page));
      next = linkOf(page, 'next');
      if (all.length > 20) throw new Error('the pages do not end');
    }
    return all;
  };
  await store(put);
  return { ...server, put, get, found, pages };
}

async function store(put: SearchedServer['put']): Promise<void> {
  await put({ resourceType: 'Practitioner', id: 'p' });
  for (const id of ['a', 'b']) await put({ resourceType: 'Patient', id });
  const encounter = { reference: 'Encounter/e' };
  const kind = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' };
  await put({
    resourceType: 'Encounter',
    id: 'e',
    status: 'finished',
    class: kind,
    subject: { reference: 'Patient/a' },
  });
  await put(observation('oa', 'a', { encounter }));
  await put(condition('ca', 'a', { encounter }));
  await put(observation('ob', 'b'));
  await put(condition('cb', 'b'));
  await put({ resourceType: 'Medication', id: 'e' });
  await put({
    ...CONSENT,
    id: 'deny',
    patient: { reference: 'Patient/b' },
    provision: { type: 'deny', actor: [{ role: { text: 'any' }, reference: { reference: 'Practitioner/1' } }] },
  });
}
