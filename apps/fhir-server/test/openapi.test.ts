// OpenAPI: the document says what the server does, and the server does what the document says
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { type Document, type GeneratedRequest, generatedRequest } from './generated-request.js';
import { type Reply, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
let document: Document;
let text: string;
const ajv = new Ajv2020({ strict: false, validateFormats: false });
beforeAll(async () => {
  server = await startTestServer();
  text = (await server.send('GET', '/openapi.json', { as: null })).text;
  document = JSON.parse(text) as Document;
  ajv.addSchema({ $id: 'openapi', ...document });
});
afterAll(() => server.close());

interface Statement {
  rest: [
    {
      interaction: Coded[];
      compartment: string[];
      resource: { type: string; interaction: Coded[]; operation: Named[] }[];
    },
  ];
}
interface Coded {
  code: string;
}
interface Named {
  name: string;
}

const SEVERAL = Number(process.env.OPENAPI_REQUESTS ?? 200);

describe('the document', () => {
  test('is small, is valid as a schema, and every reference in it leads somewhere', () => {
    expect(text.length).toBeLessThan(2_000_000);
    for (const [, name = ''] of text.matchAll(/"\$ref":"#([^"]+)"/g)) {
      const found = name
        .slice(1)
        .split('/')
        .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], document);
      expect([name, typeof found]).toEqual([name, 'object']);
    }
    for (const name of Object.keys(document.components.schemas).filter((_, index) => index % 12 === 0)) {
      expect(typeof ajv.compile({ $ref: `openapi#/components/schemas/${name}` })).toBe('function');
    }
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has every interaction and operation that metadata lists, and no other', async () => {
    const { rest } = (await server.send('GET', 'metadata', { as: null })).json() as unknown as Statement;
    const [{ interaction, resource, compartment }] = rest;
    const expected = new Set([
      '/metadata get',
      '/_async/{job} get',
      '/_async/{job} delete',
      ...interaction.flatMap(({ code }) => SYSTEM[code] ?? code),
      ...(compartment.length > 0 ? COMPARTMENT : []),
      ...BINARY,
      ...resource.flatMap(placesOf),
    ]);
    const found = Object.entries(document.paths).flatMap(([path, methods]) =>
      path.includes('$') ? [path.slice(path.indexOf('$'))] : Object.keys(methods).map((method) => `${path} ${method}`),
    );
    expect([...new Set(found)].sort()).toEqual([...expected].sort());
  });
});

const SYSTEM: Record<string, string[]> = {
  transaction: ['/ post'],
  batch: ['/ post'],
  'history-system': ['/_history get'],
  'search-system': ['/ get', '/_search post'],
};
const COMPARTMENT = [
  '/{compartment}/{id}/{member} get',
  '/{compartment}/{id}/_search post',
  '/{compartment}/{id}/{member}/_search post',
];
/** Its content can be sent and asked for as it is. */
const BINARY = [
  ...['get', 'put', 'patch', 'delete'].map((method) => `/Binary/{id} ${method}`),
  '/Binary/{id}/_history/{vid} get',
];
const PLACES: Record<string, string[]> = {
  read: ['/{type}/{id} get'],
  vread: ['/{type}/{id}/_history/{vid} get'],
  update: ['/{type}/{id} put', '/TYPE put'],
  patch: ['/{type}/{id} patch', '/TYPE patch'],
  delete: ['/{type}/{id} delete', '/TYPE delete'],
  'history-instance': ['/{type}/{id}/_history get'],
  'history-type': ['/{type}/_history get'],
  create: ['/TYPE post'],
  'search-type': ['/TYPE get', '/{type}/_search post'],
};

function placesOf({ type, interaction, operation }: Statement['rest'][0]['resource'][0]): string[] {
  const places = interaction.flatMap(({ code }) => PLACES[code] ?? [code]);
  return [...places.map((place) => place.replace('TYPE', type)), ...operation.map(({ name }) => `$${name}`)];
}

const compiled = new Map<string, ValidateFunction>();

/** What the document has for this answer; or why it has nothing. */
function fault({ template, method }: GeneratedRequest, { status, headers, text: body }: Reply): string | undefined {
  const operation = document.paths[template]?.[method.toLowerCase()];
  const key = operation?.responses[status] ? String(status) : 'default';
  const listed = operation?.responses[key];
  if (listed === undefined) return 'the status is not listed';
  const pointer = listed.$ref ?? `#/paths/${escaped(template)}/${method.toLowerCase()}/responses/${key}`;
  const { content } = (listed.$ref ? document.components : listed) as { content?: object } & typeof document.components;
  const media = Object.keys(content ?? at(pointer).content ?? {});
  if (body === '') return undefined;
  const type = headers.get('content-type')?.split(';')[0] ?? 'none';
  if (!media.includes(type) && !media.includes('*/*')) return `${type} is not listed`;
  if (type !== 'application/fhir+json') return undefined;
  const schema = `openapi${pointer}/content/${escaped(type)}/schema`;
  const validate = compiled.get(schema) ?? ajv.compile({ $ref: schema });
  compiled.set(schema, validate);
  return validate(JSON.parse(body)) ? undefined : ajv.errorsText(validate.errors);
}

function at(pointer: string): { content?: object } {
  const parts = pointer
    .slice(2)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts.reduce<unknown>(
    (value, part) => (value as Record<string, unknown>)[decodeURIComponent(part)],
    document,
  ) as {
    content?: object;
  };
}

function escaped(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}

const IDS = ['1', 'a-b.c', 'none'];

/** Makes requests, and counts each answer by its status; those with content by its media type as well. */
async function answersOf(requests: fc.Arbitrary<GeneratedRequest>, numRuns: number): Promise<Map<string, number>> {
  for (const id of IDS.slice(0, 2)) {
    await server.send('PUT', `Binary/${id}`, { body: 'content', headers: { 'content-type': 'text/plain' } });
    await server.send('PUT', `Patient/${id}`, { body: { resourceType: 'Patient', id, name: [{ family: 'Open' }] } });
  }
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  await fc.assert(
    fc.asyncProperty(requests, async (request) => {
      const { method, path, headers, body } = request;
      const reply = await server.send(method, `/fhir${path}`, { headers, ...(body === undefined ? {} : { body }) });
      count(`${reply.status}`);
      if (reply.text !== '' && !reply.headers.get('content-type')?.includes('fhir')) count(`${reply.status} content`);
      const shown = { ...request, status: reply.status, text: reply.text.slice(0, 400) };
      expect({ ...shown, fault: fault(request, reply) }).toEqual({ ...shown, fault: undefined });
      expect(reply.status).not.toBe(500);
    }),
    { numRuns, endOnFailure: true },
  );
  if (process.env.OPENAPI_REQUESTS) process.stdout.write(`${JSON.stringify(Object.fromEntries(seen))}\n`);
  return seen;
}

test('requests that are generated from it are answered as it says', async () => {
  const seen = await answersOf(generatedRequest(document, IDS), SEVERAL);
  for (const status of ['200', '202', '400', '404', '422']) expect([status, seen.has(status)]).toEqual([status, true]);
}, 120_000);

test('so are those for a Binary, whose content is sent and given as it is', async () => {
  // What was deleted gives no content.
  const paths = Object.entries(document.paths)
    .filter(([path]) => path.startsWith('/Binary'))
    .map(([path, methods]) => [
      path,
      Object.fromEntries(Object.entries(methods).filter(([name]) => name !== 'delete')),
    ]);
  const requests = generatedRequest({ ...document, paths: Object.fromEntries(paths) }, IDS);
  const seen = await answersOf(requests, 3 * SEVERAL);
  for (const what of ['200 content', '206 content', '201', '304', '400']) {
    expect([what, seen.has(what)]).toEqual([what, true]);
  }
}, 120_000);

describe('the pages at /docs', () => {
  test('need no token, and take everything from this server', async () => {
    for (const path of [
      '/docs',
      '/docs/',
      '/docs/swagger-ui-bundle.js',
      '/docs/swagger-ui.css',
      '/docs/swagger-ui-init.js',
    ]) {
      const reply = await server.send('GET', path, { as: null });
      expect([path, reply.status]).toEqual([path, 200]);
      expect(reply.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self';/);
    }
    const page = (await server.send('GET', '/docs', { as: null })).text;
    const addresses = [...page.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, address]) => address);
    expect(addresses.length).toBeGreaterThan(3);
    expect(addresses.filter((address) => !address?.startsWith('./docs/'))).toEqual([]);
    expect(page).not.toMatch(/<script(?! src=)/);
    expect((await server.send('GET', '/docs/swagger-ui-init.js', { as: null })).text).toMatch(/"validatorUrl": null/);
  });

  test('end there', async () => {
    for (const path of ['/docs/none', '/docs/..%2f..%2fpackage.json', '/docs/%2e%2e%2f%2e%2e/package.json']) {
      expect((await server.send('GET', path, { as: null })).text).not.toMatch(/dependencies|holdfast_/);
    }
    expect((await server.send('GET', '/docs/none', { as: null })).status).toBe(404);
  });
});
