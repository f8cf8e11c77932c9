// FHIR R4 xml.html and http.html#mime-type, from outside
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const XML = { 'content-type': 'application/fhir+xml', accept: 'application/fhir+xml' };
const OBSERVATION = `<?xml version="1.0" encoding="UTF-8"?>
<Observation xmlns="http://hl7.org/fhir">
  <text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>Ω &amp; <b>x</b></p></div></text>
  <status value="final"/><code><text value="weight"/></code>
  <valueQuantity><value value="1.00"/><unit value="kg"/></valueQuantity>
</Observation>`;
const idOf = (reply: { headers: Headers }) => reply.headers.get('location')?.split('/').at(-3) as string;

test('what is sent as XML is stored as JSON, and comes back as either', async () => {
  const created = await server.send('POST', 'Observation', { body: OBSERVATION, headers: XML });
  expect([created.status, created.headers.get('content-type')]).toEqual([201, 'application/fhir+xml; charset=utf-8']);
  expect(created.text).toContain(
    '<valueQuantity><value value="1.00"/><unit value="kg"/></valueQuantity></Observation>',
  );
  const json = await server.send('GET', `Observation/${idOf(created)}`);
  expect(json.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8');
  expect(json.text).toContain('"valueQuantity":{"value":1.00,"unit":"kg"}');
  expect(json.json()).toMatchObject({
    text: { div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>Ω &amp; <b>x</b></p></div>' },
  });
  const again = await server.send('GET', `Observation/${idOf(created)}?_format=xml`);
  expect(again.text).toBe(created.text);
  expect(again.headers.get('etag')).toBe('W/"1"');
});

test('what was read as XML can be sent back as an update', async () => {
  const created = await server.send('POST', 'Observation', { body: OBSERVATION, headers: XML });
  const id = idOf(created);
  const body = created.text.replace('final', 'amended');
  expect((await server.send('PUT', `Observation/${id}`, { body, headers: XML })).status).toBe(200);
  expect((await server.send('GET', `Observation/${id}`)).json()).toMatchObject({ status: 'amended' });
});

test('Bundles come in XML: searches, histories, batches and transactions', async () => {
  const created = await server.send('POST', 'Observation', { body: OBSERVATION, headers: XML });
  const id = idOf(created);
  const found = await server.send('GET', `Observation?_id=${id}`, { headers: { accept: 'text/xml' } });
  expect(found.text).toMatch(
    /^<\?xml.*<Bundle xmlns="http:\/\/hl7.org\/fhir"><type value="searchset"\/>.*<resource><Observation><id/s,
  );
  expect((await server.send('GET', `Observation/${id}/_history?_format=application/fhir%2Bxml`)).text).toContain(
    '<Bundle',
  );
  const body = `<Bundle xmlns="http://hl7.org/fhir"><type value="transaction"/><entry><resource>
    <Patient><active value="true"/></Patient></resource><request><method value="POST"/><url value="Patient"/></request></entry></Bundle>`;
  const done = await server.send('POST', '/fhir', { body, headers: XML });
  expect([done.status, done.text.includes('<status value="201 Created"/>')]).toEqual([200, true]);
});

test('refusals come in XML to who asked for it', async () => {
  const headers = { accept: 'application/fhir+xml' };
  for (const [path, as, status] of [
    ['Patient/none', undefined, 404],
    ['Patient?nonsense=1', undefined, 400],
    ['Nonsense/x', undefined, 404],
    ['Patient/x', null, 401],
  ] as const) {
    const reply = await server.send('GET', path, { headers, ...(as === undefined ? {} : { as }) });
    expect([reply.status, reply.headers.get('content-type')]).toEqual([status, 'application/fhir+xml; charset=utf-8']);
    expect(reply.text).toMatch(/^<\?xml.*<OperationOutcome xmlns="http:\/\/hl7.org\/fhir">/);
  }
  expect((await server.send('GET', 'metadata?_format=xml', { as: null })).text).toContain('<CapabilityStatement');
});

describe('a character that XML cannot hold', () => {
  const named = (name: string) => ({ resourceType: 'Patient', id: 'c', name: [{ text: name }] });
  const found = async (method: string, path: string, body: unknown, headers: Record<string, string> = {}) => {
    const reply = await server.send(method, path, { body, headers });
    return [reply.status, ...(reply.json().issue ?? []).map(({ expression }) => expression?.[0])];
  };
  const place = 'Patient.name[0].text';

  test('refuses every write, with its place, before anything is stored', async () => {
    await server.send('PUT', 'Patient/c', { body: named('good\t\r\n') });
    const before = await server.traces();
    const xml = await server.send('POST', 'Patient', { body: named('a\u0001'), headers: { accept: XML.accept } });
    expect([xml.status, xml.text.includes('it has U+0001')]).toEqual([422, true]);
    expect(await found('POST', 'Patient', named('a\u0001'))).toEqual([422, place]);
    expect(await found('PUT', 'Patient/c', named('a\uffff'))).toEqual([422, place]);
    expect(await found('PUT', 'Patient?identifier=urn:x|1', named('\u001fa'))).toEqual([422, place]);
    const request = { method: 'POST', url: 'Patient' };
    const bundle = { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: named('\ufffe'), request }] };
    expect(await found('POST', '/fhir', bundle)).toEqual([422, 'Bundle.entry[0].resource.name[0].text']);
    const narrative = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">a&#1;</div>' };
    expect(await found('POST', 'Patient', { ...named('a'), text: narrative })).toEqual([422, 'Patient.text.div']);
    expect((await server.traces()).versions).toBe(before.versions);
  });

  test('refuses the result of a patch', async () => {
    const patch = [{ op: 'replace', path: '/name/0/text', value: 'a\u0001' }];
    const headers = { 'content-type': 'application/json-patch+json' };
    expect(await found('PATCH', 'Patient/c', patch, headers)).toEqual([422, place]);
    expect((await server.send('GET', 'Patient?_format=xml')).status).toBe(200);
  });
});

describe('XML that is refused', () => {
  test.each([
    ['a document type', `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${OBSERVATION.slice(39)}`, 400],
    ['no XML', '{"resourceType":"Observation"}', 400],
    ['an unknown element', OBSERVATION.replace('<status', '<nonsense value="x"/><status'), 400],
    ['another type', '<Patient xmlns="http://hl7.org/fhir"/>', 400],
    ['an invalid resource', OBSERVATION.replace('<code><text value="weight"/></code>', ''), 422],
    ['a number that is none', OBSERVATION.replace('1.00', '+1'), 422],
  ])('%s', async (_, body, status) => {
    const before = await server.traces();
    const reply = await server.send('POST', 'Observation', { body, headers: { 'content-type': 'application/xml' } });
    expect([reply.status, reply.json().resourceType]).toEqual([status, 'OperationOutcome']);
    expect(reply.text).not.toContain('root:');
    expect(await server.traces()).toEqual(before);
  });

  test('in another encoding', async () => {
    const headers = { 'content-type': 'application/fhir+xml; charset=iso-8859-1' };
    expect((await server.send('POST', 'Observation', { body: OBSERVATION, headers })).status).toBe(415);
  });
});
