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
  interaction: { code: string }[];
  resource: {
    type: string;
    interaction: { code: string }[];
    operation: { name: string; definition: string }[];
  }[];
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
        code === 'history-system'
          ? await server.send('GET', '_history')
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
    expect((await server.send('GET', '/fhir')).status).toBe(405);
    expect((await server.send('GET', 'Patient/$nonsense')).status).toBe(404);
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
