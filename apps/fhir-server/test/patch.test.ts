// FHIR R4 http.html#patch and #cond-patch, from outside
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Asking, type SendOptions, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const OBSERVATION =
  '{"resourceType":"Observation","id":"ID","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p"},' +
  '"component":[{"code":{"text":"a"},"valueQuantity":{"value":1.00,"unit":"m\\u0067"}}]}';
let count = 0;

async function observation(): Promise<string> {
  count += 1;
  const id = `o${count}`;
  const reply = await server.send('PUT', `Observation/${id}`, { body: OBSERVATION.replace('ID', id) });
  expect(reply.status).toBe(201);
  return id;
}

const patch = (path: string, body: unknown, options: SendOptions = {}) =>
  server.send('PATCH', path, { ...options, body, headers: { ...JSON_PATCH, ...options.headers } });
const status = (value: string) => [{ op: 'replace', path: '/status', value }];
const operation = (type: string, path: string, more: object[] = []) => ({
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [{ name: 'type', valueCode: type }, { name: 'path', valueString: path }, ...more],
    },
  ],
});
const codeOf = (reply: { json(): { issue?: { code: string }[] } }) => reply.json().issue?.[0]?.code;

describe('a JSON Patch', () => {
  test('makes the next version, in which everything else is as it was', async () => {
    const id = await observation();
    const reply = await patch(`Observation/${id}`, [
      ...status('amended'),
      { op: 'add', path: '/valueInteger', value: 7 },
    ]);
    expect([reply.status, reply.headers.get('etag')]).toEqual([200, 'W/"2"']);
    expect(reply.headers.get('location')).toMatch(new RegExp(`/Observation/${id}/_history/2$`));
    const { text } = await server.send('GET', `Observation/${id}`);
    expect(text).toBe(reply.text);
    expect(text).toContain('"status":"amended"');
    expect(text).toContain('"valueQuantity":{"value":1.00,"unit":"m\\u0067"}}],"valueInteger":7}');
  });

  test('is refused whole where an operation does not fit, and the refusal is on record', async () => {
    const id = await observation();
    const before = await server.traces();
    const unfit = await patch(`Observation/${id}`, [...status('amended'), { op: 'remove', path: '/none' }]);
    expect([unfit.status, unfit.json().issue?.[0]?.diagnostics]).toEqual([
      422,
      'Operation 2: there is nothing at its path',
    ]);
    const tested = await patch(`Observation/${id}`, [{ op: 'test', path: '/status', value: 'draft' }]);
    expect([tested.status, codeOf(tested)]).toEqual([422, 'conflict']);
    expect(await server.traces()).toEqual({ versions: before.versions, events: before.events + 2 });
  });

  test.each([
    ['an invalid resource', [{ op: 'remove', path: '/status' }], 422],
    ['an unknown element', [{ op: 'add', path: '/nonsense', value: 1 }], 422],
    ['an empty list', [{ op: 'remove', path: '/component/0' }], 422],
    ['another id', [{ op: 'replace', path: '/id', value: 'other' }], 422],
    ['no id', [{ op: 'remove', path: '/id' }], 422],
    ['another type', [{ op: 'replace', path: '/resourceType', value: 'Basic' }], 422],
    ['no object', [{ op: 'replace', path: '', value: [] }], 422],
    [
      'something too deep',
      [{ op: 'add', path: '/component/0/x', value: JSON.parse('['.repeat(98) + ']'.repeat(98)) as unknown }],
      422,
    ],
    ['no operation', [{ op: 'spam', path: '/x' }], 400],
    ['no patch', { resourceType: 'Observation' }, 400],
    ['no JSON', '[{', 400],
    ['__proto__', '[{"op":"add","path":"/__proto__","value":{}}]', 422],
    ['__proto__ as a name', '[{"op":"add","path":"/a","value":{"__proto__":1}}]', 400],
  ])('that would make %s is refused', async (_, body, expected) => {
    const id = await observation();
    const before = await server.traces();
    const reply = await patch(`Observation/${id}`, body);
    expect([reply.status, reply.json().resourceType]).toEqual([expected, 'OperationOutcome']);
    expect((await server.traces()).versions).toBe(before.versions);
  });

  test('needs the version that If-Match names', async () => {
    const id = await observation();
    const wrong = await patch(`Observation/${id}`, [{ op: 'remove', path: '/none' }], {
      headers: { 'if-match': 'W/"7"' },
    });
    expect(wrong.status).toBe(412);
    const right = await patch(`Observation/${id}`, status('amended'), { headers: { 'if-match': 'W/"1"' } });
    expect(right.status).toBe(200);
  });

  test('of what is not there is 404, of what was deleted 410, in other media types 415', async () => {
    expect((await patch('Observation/none', [])).status).toBe(404);
    const id = await observation();
    await server.send('DELETE', `Observation/${id}`);
    expect((await patch(`Observation/${id}`, [])).status).toBe(410);
    const other = await patch(`Observation/${id}`, '<diff/>', {
      headers: { 'content-type': 'application/xml-patch+xml' },
    });
    expect([other.status, other.headers.get('accept-patch')]).toEqual([
      415,
      'application/json-patch+json, application/fhir+json, application/fhir+xml',
    ]);
  });

  test('gives back what Prefer asks for', async () => {
    const id = await observation();
    const minimal = await patch(`Observation/${id}`, status('amended'), { headers: { prefer: 'return=minimal' } });
    expect([minimal.status, minimal.text]).toEqual([200, '']);
  });
});

describe('a FHIRPath Patch', () => {
  const send = (path: string, body: unknown) => server.send('PATCH', path, { body });

  test('makes the next version, in which everything else is as it was', async () => {
    const id = await observation();
    const value = { name: 'value', valueQuantity: { value: 2.5, unit: 'g' } };
    const reply = await send(`Observation/${id}`, operation('replace', 'Observation.component[0].value', [value]));
    expect(reply.status).toBe(200);
    expect(reply.text).toContain('"component":[{"code":{"text":"a"},"valueQuantity":{"value":2.5,"unit":"g"}}]}');
    const deleted = await send(
      `Observation/${id}`,
      operation('delete', "Observation.component.where(code.text = 'a')"),
    );
    expect(deleted.text).not.toContain('component');
    expect(deleted.headers.get('etag')).toBe('W/"3"');
  });

  test('comes in XML as well', async () => {
    const id = await observation();
    const body = `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>
      <part><name value="type"/><valueCode value="add"/></part><part><name value="path"/><valueString value="Observation"/></part>
      <part><name value="name"/><valueString value="value"/></part>
      <part><name value="value"/><valueQuantity><value value="1.50"/></valueQuantity></part></parameter></Parameters>`;
    const headers = { 'content-type': 'application/fhir+xml' };
    const reply = await server.send('PATCH', `Observation/${id}`, { body, headers });
    expect([reply.status, reply.text.includes('"valueQuantity":{"value":1.50}')]).toEqual([200, true]);
  });

  test.each([
    ['Parameters that are not valid', { resourceType: 'Parameters', parameter: [{ value: 1 }] }, 422],
    ['an operation of another name', { resourceType: 'Parameters', parameter: [{ name: 'x', valueString: 'y' }] }, 400],
    ['a function that may run away', operation('delete', "Observation.where(status.matches('(a+)+$'))"), 400],
    [
      'a path with several elements',
      operation('delete', 'Observation.component.code.coding | Observation.code | Observation.status'),
      422,
    ],
    [
      'a path with nothing',
      operation('replace', 'Observation.issued', [{ name: 'value', valueInstant: '2020-01-01T00:00:00Z' }]),
      422,
    ],
  ])('with %s is refused', async (_, body, expected) => {
    const reply = await send(`Observation/${await observation()}`, body);
    expect([reply.status, reply.json().resourceType]).toEqual([expected, 'OperationOutcome']);
  });
});

describe('a conditional patch', () => {
  test('changes the one match; none is 404, several are 412', async () => {
    const marks = ['one', 'two', 'two'];
    for (const mark of marks) {
      const id = await observation();
      await patch(`Observation/${id}`, [{ op: 'add', path: '/identifier', value: [{ system: 'urn:m', value: mark }] }]);
    }
    const of = async (mark: string) => (await patch(`Observation?identifier=urn:m|${mark}`, status('amended'))).status;
    expect([await of('one'), await of('none'), await of('two')]).toEqual([200, 404, 412]);
    expect((await patch('Observation', status('amended'))).status).toBe(400);
  });
});

test('fifty patches at once make fifty versions, and none is lost', async () => {
  const id = await observation();
  const add = (text: string) => [{ op: 'add', path: '/component/-', value: { code: { text } } }];
  const replies = await Promise.all(
    Array.from({ length: 50 }, (_, index) => patch(`Observation/${id}`, add(`n${index}`))),
  );
  expect(new Set(replies.map((reply) => reply.status))).toEqual(new Set([200]));
  const { component } = (await server.send('GET', `Observation/${id}`)).json() as { component?: object[] };
  expect(component).toHaveLength(51);
  expect((await server.send('GET', `Observation/${id}`)).headers.get('etag')).toBe('W/"51"');
  expect(await server.store.check()).toEqual([]);
});

describe('who may patch', () => {
  const doctor: Asking = {
    scope: 'user/*.cruds',
    fhirUser: 'Practitioner/1',
    organization: 'Organization/custodian',
    purpose_of_use: 'TREAT',
  };

  test('needs scopes for reading and for updating', async () => {
    const id = await observation();
    for (const scope of ['user/Observation.u', 'user/Observation.r']) {
      expect((await patch(`Observation/${id}`, [], { as: { ...doctor, scope } })).status).toBe(403);
    }
    expect((await patch(`Observation/${id}`, [], { as: { ...doctor, scope: 'user/Observation.ru' } })).status).toBe(
      200,
    );
  });

  test('does not learn of what is hidden: it is absent, on record as a denial', async () => {
    const id = await observation();
    const stranger = { ...doctor, organization: 'Organization/other', fhirUser: 'Practitioner/9' };
    const hidden = await patch(`Observation/${id}`, [{ op: 'test', path: '/status', value: 'final' }], {
      as: stranger,
    });
    const absent = await patch('Observation/none', [{ op: 'test', path: '/status', value: 'final' }], { as: stranger });
    expect([hidden.status, hidden.text]).toEqual([absent.status, absent.text]);
    expect(hidden.status).toBe(404);
    expect(await server.store.isDenialOnRecord({ type: 'Observation', id })).toBe(true);
  });
});

describe('in a Bundle', () => {
  const bundle = (type: string, resource: object, url: string) =>
    server.send('POST', '/fhir', {
      body: { resourceType: 'Bundle', type, entry: [{ resource, request: { method: 'PATCH', url } }] },
    });
  const statusIn = (reply: { json(): object }) =>
    (reply.json() as { entry?: { response?: { status: string } }[] }).entry?.[0]?.response?.status;

  test('a patch is a Parameters, or a Binary with a JSON Patch', async () => {
    const id = await observation();
    const replace = operation('replace', 'Observation.status', [{ name: 'value', valueCode: 'amended' }]);
    const data = Buffer.from(JSON.stringify(status('corrected'))).toString('base64');
    const binary = { resourceType: 'Binary', contentType: 'application/json-patch+json', data };
    for (const type of ['batch', 'transaction']) {
      expect(statusIn(await bundle(type, replace, `Observation/${id}`))).toBe('200 OK');
      expect(statusIn(await bundle(type, binary, `Observation/${id}`))).toBe('200 OK');
    }
    expect((await server.send('GET', `Observation/${id}`)).headers.get('etag')).toBe('W/"5"');
  });

  test('one that does not fit fails the transaction and is named', async () => {
    const id = await observation();
    const reply = await bundle(
      'transaction',
      operation('replace', 'Observation.nothing', [{ name: 'value', valueCode: 'x' }]),
      `Observation/${id}`,
    );
    expect(reply.status).toBe(422);
    expect(reply.json().issue?.[0]?.diagnostics).toContain('Entry 0: Operation 1');
  });
});
