// FHIR R4 http.html#capabilities: what metadata lists is there, and what it does not list is not
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
let rest: Rest;
beforeAll(async () => {
  server = await startTestServer();
  const statement = (await server.send('GET', 'metadata', { as: null })).json() as unknown as { rest: [Rest] };
  rest = statement.rest[0];
});
afterAll(() => server.close());

interface Rest {
  interaction: Listed[];
  resource: {
    type: string;
    interaction: Listed[];
    versioning: string;
    readHistory: boolean;
    updateCreate: boolean;
    conditionalCreate: boolean;
    conditionalRead: string;
    conditionalUpdate: boolean;
    conditionalDelete: string;
    referencePolicy: string[];
    searchParam: { name: string; type: string }[];
    operation: { name: string; definition: string; documentation?: string }[];
  }[];
}

interface Listed {
  code: string;
  documentation?: string;
}

interface Definition {
  url: string;
  code: string;
  resource: string[];
  type: boolean;
  instance: boolean;
  affectsState: boolean;
  comment?: string;
}

const FOLDER = join(import.meta.dirname, '../../../fhir-profiles/operation-definitions');
const definitions = readdirSync(FOLDER).map(
  (file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Definition,
);

/** One request for each interaction, and the statuses that show it is served whatever is stored. */
const REQUESTS: Record<string, (type: string) => readonly [string, string, object?]> = {
  read: (type) => ['GET', `${type}/none`],
  vread: (type) => ['GET', `${type}/none/_history/1`],
  update: (type) => ['PUT', `${type}/x`, { resourceType: type }],
  patch: (type) => ['PATCH', `${type}/none`, []],
  delete: (type) => ['DELETE', `${type}/none`],
  'history-instance': (type) => ['GET', `${type}/none/_history`],
  'history-type': (type) => ['GET', `${type}/_history`],
  create: (type) => ['POST', type, { resourceType: 'Nonsense' }],
  'search-type': (type) => ['GET', type],
};
const NAMED: Record<string, number[]> = {
  read: [404],
  vread: [404],
  update: [400],
  patch: [400, 404, 415, 422],
  delete: [404],
  'history-instance': [404],
  'history-type': [200],
  create: [400],
  'search-type': [200],
};

const SYSTEM: Record<string, string> = { 'history-system': '_history', 'search-system': '/fhir' };

/** What was answered that does not show the interaction to be there. */
async function unserved(type: string, code: string): Promise<string[]> {
  const request = REQUESTS[code]?.(type);
  if (request === undefined) return [`${code} is no interaction`];
  const [method, path, body] = request;
  const { status } = await server.send(method, path, body === undefined ? {} : { body });
  return NAMED[code]?.includes(status) ? [] : [`${code} of ${type}: ${status}`];
}

describe('every interaction listed', () => {
  test('is served, for every type', async () => {
    const wrong: string[] = [];
    for (const { type, interaction } of rest.resource) {
      for (const { code } of interaction) wrong.push(...(await unserved(type, code)));
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  test('of the system is served', async () => {
    for (const { code } of rest.interaction) {
      const reply =
        SYSTEM[code] !== undefined
          ? await server.send('GET', SYSTEM[code])
          : await server.send('POST', '/fhir', { body: { resourceType: 'Bundle', type: code } });
      expect([code, reply.status]).toEqual([code, 200]);
    }
  });

  test('and no other', async () => {
    const listed = new Set(rest.resource.flatMap(({ interaction }) => interaction.map(({ code }) => code)));
    for (const code of Object.keys(REQUESTS).filter((one) => !listed.has(one))) {
      const [method, path, body] = REQUESTS[code]?.('Patient') ?? [];
      const { status } = await server.send(method as string, path as string, { body });
      expect([code, status]).toEqual([code, 405]);
    }
    expect((await server.send('PUT', '/fhir', { body: {} })).status).toBe(405);
    expect((await server.send('GET', 'Patient/$nonsense')).status).toBe(404);
  });
});

describe('what it says of a resource', () => {
  const PATIENT = { resourceType: 'Patient', identifier: [{ system: 'urn:c', value: 'one' }] };
  const patient = () => rest.resource.find(({ type }) => type === 'Patient') as Rest['resource'][0];

  test('is the same for every type but for what finds it and which operations it has', () => {
    const same = rest.resource.map((resource) => {
      const shared = { ...resource, type: '', profile: '', searchParam: [], operation: [] };
      return JSON.stringify(shared);
    });
    expect(new Set(same).size).toBe(1);
  });

  test('versions, conditions and a client that chooses ids are as they are said to be', async () => {
    expect(patient()).toMatchObject({
      versioning: 'versioned-update',
      readHistory: true,
      updateCreate: true,
      conditionalCreate: true,
      conditionalRead: 'full-support',
      conditionalUpdate: true,
      conditionalDelete: 'single',
      referencePolicy: ['literal', 'logical'],
    });
    const body = { ...PATIENT, id: 'chosen' };
    expect((await server.send('PUT', 'Patient/chosen', { body })).status).toBe(201);
    const exists = { 'if-none-exist': 'identifier=urn:c|one' };
    expect((await server.send('POST', 'Patient', { body: PATIENT, headers: exists })).status).toBe(200);
    const stale = { 'if-match': 'W/"7"' };
    expect((await server.send('PUT', 'Patient/chosen', { body, headers: stale })).status).toBe(412);
    const updated = await server.send('PUT', 'Patient?identifier=urn:c|one', { body: PATIENT });
    expect([updated.status, updated.headers.get('etag')]).toEqual([200, 'W/"2"']);
    const held: Record<string, string>[] = [
      { 'if-none-match': 'W/"2"' },
      { 'if-modified-since': new Date(Date.now() + 5000).toUTCString() },
    ];
    for (const headers of held) {
      expect((await server.send('GET', 'Patient/chosen', { headers })).status).toBe(304);
    }
    await server.send('POST', 'Patient', { body: PATIENT });
    expect((await server.send('DELETE', 'Patient?identifier=urn:c|one')).status).toBe(412);
    expect((await server.send('DELETE', 'Patient?_id=chosen')).status).toBe(204);
    expect((await server.send('GET', 'Patient/chosen/_history/1')).status).toBe(200);
  });

  test('every patch format and every format is taken, and no other', async () => {
    await server.send('PUT', 'Patient/patched', { body: { resourceType: 'Patient', id: 'patched', active: true } });
    const statement = (await server.send('GET', 'metadata')).json() as unknown as {
      format: string[];
      patchFormat: string[];
    };
    const value = '<part><name value="value"/><valueBoolean value="false"/></part>';
    const parts =
      '<part><name value="type"/><valueCode value="replace"/></part><part><name value="path"/><valueString value="Patient.active"/></part>';
    const bodies: Record<string, unknown> = {
      'application/json-patch+json': [{ op: 'replace', path: '/active', value: false }],
      'application/fhir+json': {
        resourceType: 'Parameters',
        parameter: [
          {
            name: 'operation',
            part: [
              { name: 'type', valueCode: 'replace' },
              { name: 'path', valueString: 'Patient.active' },
              { name: 'value', valueBoolean: false },
            ],
          },
        ],
      },
      'application/fhir+xml': `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>${parts}${value}</parameter></Parameters>`,
    };
    expect(statement.patchFormat.toSorted()).toEqual(Object.keys(bodies).sort());
    for (const [type, body] of Object.entries(bodies)) {
      const reply = await server.send('PATCH', 'Patient/patched', { body, headers: { 'content-type': type } });
      expect([type, reply.status]).toEqual([type, 200]);
    }
    const other = await server.send('PATCH', 'Patient/patched', {
      body: '{}',
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(other.status).toBe(415);
    for (const format of statement.format) {
      expect([
        format,
        (await server.send('GET', `Patient/patched?_format=${encodeURIComponent(format)}`)).status,
      ]).toEqual([format, 200]);
    }
    expect((await server.send('GET', 'Patient/patched?_format=ttl')).status).toBe(406);
  });

  /** Some types; all of them in npm run test:long, where there is time. */
  const some = process.env.HOLDFAST_TEST_LONG === '1' ? 1 : 8;

  test('every search parameter of a type is understood', async () => {
    const values: Record<string, string> = {
      date: '2024',
      number: '1',
      quantity: '1',
      composite: 'a$1',
      token: 'a',
      string: 'a',
      reference: 'x',
      uri: 'urn:x',
    };
    const controls: Record<string, string> = {
      _count: '1',
      _sort: '_id',
      _total: 'none',
      _summary: 'true',
      _elements: 'id',
    };
    const wrong: string[] = [];
    for (const { type, searchParam } of rest.resource.filter((_, index) => index % some === 0)) {
      // One request for all, so that it takes seconds and not minutes.
      const query = searchParam
        .filter(({ name, type: kind }) => kind !== 'composite' && name !== '_elements')
        .map(({ name, type: kind }) => `${name}=${controls[name] ?? values[kind]}`);
      for (const asked of [...chunks(query, 8), ['_elements=id']]) {
        const reply = await server.send('GET', `${type}?${asked.join('&')}`);
        if (reply.status !== 200) wrong.push(`${type}?${asked.join('&')}: ${reply.status} ${reply.text.slice(0, 200)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect((await server.send('GET', 'Patient?_nonsense=1')).status).toBe(400);
  }, 60_000);

  const chunks = <T>(all: T[], size: number): T[][] =>
    Array.from({ length: Math.ceil(all.length / size) }, (_, nth) => all.slice(nth * size, (nth + 1) * size));
});

describe('Prefer: respond-async', () => {
  const headers = { prefer: 'respond-async' };
  /** A request for each interaction and operation that can be asked for without anything being stored. */
  const asked: Record<string, [string, string, object?]> = {
    transaction: ['POST', '/fhir', { resourceType: 'Bundle', type: 'transaction' }],
    batch: ['POST', '/fhir', { resourceType: 'Bundle', type: 'batch' }],
    'history-system': ['GET', '_history'],
    'search-system': ['GET', '/fhir?_type=Basic'],
    'history-type': ['GET', 'Basic/_history'],
    'history-instance': ['GET', 'Basic/none/_history'],
    'search-type': ['GET', 'Basic'],
    read: ['GET', 'Basic/none'],
    vread: ['GET', 'Basic/none/_history/1'],
    create: ['POST', 'Basic', {}],
    update: ['PUT', 'Basic/none', {}],
    patch: ['PATCH', 'Basic/none', {}],
    delete: ['DELETE', 'Basic/none'],
    everything: ['GET', 'Patient/none/$everything'],
    lastn: ['GET', 'Observation/$lastn'],
    stats: ['GET', 'Observation/$stats'],
    document: ['GET', 'Composition/none/$document'],
    validate: ['POST', 'Basic/$validate', {}],
    meta: ['GET', 'Basic/none/$meta'],
    'meta-add': ['POST', 'Basic/none/$meta-add', {}],
    'meta-delete': ['POST', 'Basic/none/$meta-delete', {}],
    receipt: ['GET', 'Basic/none/_history/1/$receipt'],
    verify: ['GET', 'Basic/none/_history/1/$verify'],
  };

  test('is kept where it says so, and nowhere else', async () => {
    const system = rest.interaction.map(({ code, documentation }) => [code, documentation] as const);
    const types = rest.resource.flatMap(({ interaction, operation }) => [
      ...interaction.map(({ code, documentation }) => [code, documentation] as const),
      ...operation.map(({ name, documentation }) => [name, documentation] as const),
    ]);
    const says = (text?: string) => text?.includes('respond-async') === true;
    const listed = new Map([...system, ...types].map(([name, documentation]) => [name, says(documentation)]));
    expect([...listed.keys()].sort()).toEqual(Object.keys(asked).sort());
    for (const [name, [method, path, body]] of Object.entries(asked)) {
      const { status } = await server.send(method, path, { headers, ...(body && { body }) });
      expect([name, status === 202]).toEqual([name, listed.get(name)]);
    }
  });
});

describe('every operation listed', () => {
  test('has the OperationDefinition that it names, and every definition is listed', () => {
    const listed = new Set(rest.resource.flatMap(({ operation }) => operation.map(({ definition }) => definition)));
    expect([...listed].sort()).toEqual(definitions.map(({ url }) => url).sort());
    for (const { type, operation } of rest.resource) {
      for (const { name, definition } of operation) {
        const found = definitions.find(({ url }) => url === definition);
        expect([type, found?.code]).toEqual([type, name]);
        expect(found?.resource.some((one) => one === 'Resource' || one === type)).toBe(true);
      }
    }
  });

  test.each(definitions)('$code is served where its definition says, and nowhere else', async (definition) => {
    for (const [path, served] of placesOf(definition)) {
      const { status } = await server.send('GET', path);
      expect([path, statuses(definition, served)]).toEqual([path, expect.arrayContaining([status])]);
      // What is not there is 404 as well, so it is another method that tells.
      if (!path.includes('/none')) continue;
      const other = await server.send('PATCH', path, { body: [] });
      expect([path, other.status]).toEqual([path, served ? 405 : 404]);
    }
  });
});

/** What a GET may answer. */
function statuses({ affectsState }: Definition, served: boolean): number[] {
  if (!served) return [404];
  return affectsState ? [405] : [200, 400, 404];
}

/** The three levels, and whether the definition says that it is there. */
function placesOf({ code, resource, instance, type, comment = '' }: Definition): [string, boolean][] {
  const of = resource[0] === 'Resource' ? 'Basic' : resource[0];
  return [
    [`${of}/$${code}`, type],
    [`${of}/none/$${code}`, instance && !comment.startsWith('Invoked on a version')],
    [`${of}/none/_history/1/$${code}`, comment.includes('_history')],
  ];
}
