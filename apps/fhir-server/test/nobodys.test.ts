// docs/adr/0067: what may be about a patient and names none of ours
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Asking, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.send('PUT', 'Patient/ada', { body: { resourceType: 'Patient', id: 'ada' } });
});
afterAll(() => server.close());

const STAFF: Asking = {
  scope: 'user/*.cruds',
  fhirUser: 'Practitioner/1',
  organization: 'Organization/custodian',
  purpose_of_use: 'TREAT',
};
const OTHER: Asking = { ...STAFF, fhirUser: 'Practitioner/7', organization: 'Organization/other' };

const CODE = { text: 'c' };
const INSTANT = '2024-01-01T00:00:00Z';
const observation = (more: object) => ({ resourceType: 'Observation', status: 'final', code: CODE, ...more });
const task = { resourceType: 'Task', status: 'requested', intent: 'order' };
const agent = [{ who: { display: 'x' } }];
const audit = { type: { code: 'rest' }, source: { observer: { display: 'x' } }, agent: [{ requestor: true }] };

const HIDDEN: [string, object][] = [
  [
    'an Observation of a contained Patient',
    observation({ contained: [{ resourceType: 'Patient', id: 'p' }], subject: { reference: '#p' } }),
  ],
  ['an Observation whose subject is an identifier', observation({ subject: { identifier: { value: '1' } } })],
  ['an Observation of Patient/ada#frag', observation({ subject: { reference: 'Patient/ada#frag' } })],
  [
    'an Observation of a Patient of another server',
    observation({ subject: { reference: 'https://other.test/fhir/Patient/1' } }),
  ],
  ['an Observation without a subject', observation({})],
  [
    'a QuestionnaireResponse of a source alone',
    { resourceType: 'QuestionnaireResponse', status: 'completed', source: { reference: 'Patient/ada' } },
  ],
  [
    'a Provenance of an Observation',
    { resourceType: 'Provenance', recorded: INSTANT, agent, target: [{ reference: 'Observation/o1' }] },
  ],
  [
    'an AuditEvent of an Observation',
    { resourceType: 'AuditEvent', recorded: INSTANT, ...audit, entity: [{ what: { reference: 'Observation/o1' } }] },
  ],
  [
    'a List of Observations',
    { resourceType: 'List', status: 'current', mode: 'working', entry: [{ item: { reference: 'Observation/o1' } }] },
  ],
  [
    'an Appointment without a patient',
    {
      resourceType: 'Appointment',
      status: 'proposed',
      participant: [{ status: 'accepted', actor: { reference: 'Practitioner/7' } }],
    },
  ],
  ['a Device of a patient', { resourceType: 'Device', patient: { reference: 'Patient/ada' } }],
  ['a Device of a patient known by an identifier', { resourceType: 'Device', patient: { identifier: { value: '1' } } }],
  ['a Task for a patient', { ...task, for: { reference: 'Patient/ada' } }],
  ['a Task whose focus is an Observation', { ...task, focus: { reference: 'Observation/o1' } }],
  [
    'a Bundle that holds a Patient',
    { resourceType: 'Bundle', type: 'collection', entry: [{ resource: { resourceType: 'Patient' } }] },
  ],
  [
    'Parameters that hold a Patient',
    { resourceType: 'Parameters', parameter: [{ name: 'p', resource: { resourceType: 'Patient' } }] },
  ],
  [
    'a MessageHeader',
    {
      resourceType: 'MessageHeader',
      eventUri: 'urn:e',
      source: { endpoint: 'urn:s' },
      focus: [{ reference: 'Patient/ada' }],
    },
  ],
  [
    'a Linkage',
    {
      resourceType: 'Linkage',
      item: ['Patient/ada', 'Patient/bob'].map((reference) => ({ type: 'source', resource: { reference } })),
    },
  ],
];

describe('to another organisation that no Consent names', () => {
  const asked = async (method: string, path: string, body?: object) => {
    const { status, text } = await server.send(method, path, { as: OTHER, ...(body && { body }) });
    return { status, text };
  };

  test.each(HIDDEN)('%s is as if it were not there, and may not be written', async (_, content) => {
    const { resourceType: type } = content as { resourceType: string };
    const created = await server.send('POST', type, { as: STAFF, body: content });
    expect(created.status).toBe(201);
    const id = String(created.json().id);
    expect((await server.send('GET', `${type}/${id}`, { as: STAFF })).status).toBe(200);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const bodyOf = (one: string) => (method === 'PUT' ? { ...content, id: one } : undefined);
      const [hidden, absent] = await Promise.all(
        [id, 'absent'].map((one) => asked(method, `${type}/${one}`, bodyOf(one))),
      );
      expect(hidden).toEqual(absent);
    }
    const { text } = await asked('GET', `${type}?_summary=count`);
    expect(JSON.parse(text).total).toBe(0);
    expect((await asked('POST', type, content)).status).toBe(403);
  });

  test.each([
    ['a Device of no patient', { resourceType: 'Device' }],
    ['a Schedule of a room', { resourceType: 'Schedule', actor: [{ reference: 'Location/1' }] }],
    ['a Group without members', { resourceType: 'Group', type: 'animal', actual: false }],
    ['a Practitioner', { resourceType: 'Practitioner' }],
  ])('%s is open, as its scopes say', async (_, content) => {
    const created = await server.send('POST', content.resourceType, { as: STAFF, body: content });
    expect((await asked('GET', `${content.resourceType}/${String(created.json().id)}`)).status).toBe(200);
  });
});

test('the patient sees the Device and the Task that are theirs', async () => {
  const as = { scope: 'patient/*.rs', fhirUser: 'Patient/ada', patient: 'ada', purpose_of_use: 'PATRQT' };
  for (const [type, body] of [
    ['Device', { resourceType: 'Device', patient: { reference: 'Patient/ada' } }],
    ['Task', { ...task, for: { reference: 'Patient/ada' } }],
  ] as const) {
    const { id } = (await server.send('POST', type, { as: STAFF, body })).json();
    expect((await server.send('GET', `${type}/${String(id)}`, { as })).status).toBe(200);
  }
  expect(await server.store.check()).toEqual([]);
});
