// FHIR R4 http.html#capabilities: of every method on every form of URL, what metadata lists works, and nothing else does
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type SendOptions, startTestServer, type TestServer } from './test-server.js';

interface Listed {
  type: string;
  interaction: { code: string }[];
  conditionalCreate: boolean;
  conditionalUpdate: boolean;
  conditionalDelete: string;
  searchParam: { name: string }[];
  operation: { name: string; definition: string }[];
}

interface Statement {
  rest: [
    { interaction: { code: string }[]; compartment: string[]; searchParam: { name: string }[]; resource: Listed[] },
  ];
}

interface Definition {
  url: string;
  code: string;
  affectsState: boolean;
  system: boolean;
  type: boolean;
  instance: boolean;
  comment?: string;
}

let server: TestServer;
let rest: Statement['rest'][0];
beforeAll(async () => {
  server = await startTestServer();
  rest = ((await server.send('GET', 'metadata', { as: null })).json() as unknown as Statement).rest[0];
});
afterAll(() => server.close());

const EXAMPLES = dirname(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'));
const OURS = join(import.meta.dirname, '../../../fhir-profiles/operation-definitions');
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const ID = 'unlisted';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const PATCH = { 'content-type': 'application/json-patch+json' };

const json = <T>(file: string) => JSON.parse(readFileSync(file, 'utf8')) as T;
const ours = readdirSync(OURS).map((file) => json<Definition>(join(OURS, file)));
const OF_OTHER_SERVERS = ['export', 'import', 'graphql', 'expunge', 'reindex', 'purge', 'evaluate', 'diff', 'status'];
/** Names of operations: ours, those of the standard, and some of other servers. */
const operations = new Set([
  ...ours.map(({ code }) => code),
  ...readdirSync(EXAMPLES)
    .filter((file) => file.startsWith('OperationDefinition-'))
    .map((file) => json<Definition>(join(EXAMPLES, file)).code),
  ...OF_OTHER_SERVERS,
]);

/** On these types every name is tried, on the others those that are an operation of some type here. */
const THOROUGH = ['Patient', 'Observation', 'Composition'];
/** Some of the others; all of them in npm run test:long, where there is time. */
const SOME = process.env.HOLDFAST_TEST_LONG === '1' ? 1 : 20;

/** Methods of a URL that something is listed for. */
type Form = readonly [path: string, methods: readonly string[]];

const whereListed = (entries: Record<string, boolean>) =>
  Object.entries(entries).flatMap(([method, is]) => (is ? (method === 'GET' ? ['GET', 'HEAD'] : [method]) : []));

function formsOfType(listed: Listed, id: string): Form[] {
  const { type } = listed;
  const has = (code: string) => listed.interaction.some((one) => one.code === code);
  const isCompartment = rest.compartment.some((url) => url.toLowerCase().endsWith(`/${type.toLowerCase()}`));
  return [
    [
      type,
      whereListed({
        GET: has('search-type'),
        POST: has('create'),
        PUT: has('update') && listed.conditionalUpdate,
        PATCH: has('patch') && listed.conditionalUpdate,
        DELETE: has('delete') && listed.conditionalDelete !== 'not-supported',
      }),
    ],
    [`${type}/_search`, whereListed({ POST: has('search-type') })],
    [`${type}/_history`, whereListed({ GET: has('history-type') })],
    [
      `${type}/${id}`,
      whereListed({ GET: has('read'), PUT: has('update'), PATCH: has('patch'), DELETE: has('delete') }),
    ],
    [`${type}/${id}/_history`, whereListed({ GET: has('history-instance') })],
    [`${type}/${id}/_history/1`, whereListed({ GET: has('vread') })],
    ...['Observation', '*'].map((member): Form => [`${type}/${id}/${member}`, whereListed({ GET: isCompartment })]),
    ...['', '/Observation', '/*'].map(
      (member): Form => [`${type}/${id}${member}/_search`, whereListed({ POST: isCompartment })],
    ),
    [`${type}/${id}/Nonsense`, []],
    [`${type}/${id}/_history/1/Observation`, []],
    ...formsOfOperations(listed, id),
  ];
}

function formsOfOperations({ type, operation }: Listed, id: string): Form[] {
  const names = THOROUGH.includes(type) ? operations : new Set(ours.map(({ code }) => code));
  return [...names].flatMap((name): Form[] => {
    const url = operation.find((one) => one.name === name)?.definition;
    const definition = ours.find((one) => one.url === url);
    const methods = whereListed({ GET: definition?.affectsState === false, POST: definition !== undefined });
    const { type: onType, instance = false, comment = '' } = definition ?? {};
    const onVersion = comment.includes('_history');
    return [
      [`${type}/$${name}`, onType ? methods : []],
      [`${type}/${id}/$${name}`, instance && !comment.startsWith('Invoked on a version') ? methods : []],
      [`${type}/${id}/_history/1/$${name}`, onVersion ? methods : []],
    ];
  });
}

function formsOfSystem(): Form[] {
  const has = (...codes: string[]) => codes.some((code) => rest.interaction.some((one) => one.code === code));
  return [
    ['/fhir', whereListed({ GET: has('search-system'), POST: has('batch', 'transaction') })],
    ['metadata', ['GET', 'HEAD']],
    ['_search', whereListed({ POST: has('search-system') })],
    ['_history', whereListed({ GET: has('history-system') })],
    ['_history/1', []],
    ['_nonsense', []],
    ['Nonsense', []],
    ['Nonsense/1', []],
    ...[...operations].map((name): Form => [`$${name}`, []]),
  ];
}

const BUNDLE = { resourceType: 'Bundle', type: 'batch' };

/** What a method sends so that it works where it is taken: nothing it stores keeps the next from working. */
function sent(method: string, path: string, example: object): [string, SendOptions] {
  if (method === 'POST' && path.endsWith('_search')) return [path, { body: '_id=none', headers: FORM }];
  if (method === 'PATCH') return [conditional(path), { body: [], headers: PATCH }];
  if (method === 'POST') return [path, { body: path === '/fhir' ? BUNDLE : path.includes('$') ? PARAMETERS : example }];
  if (method === 'PUT') return [conditional(path), { body: example }];
  return [method === 'DELETE' ? conditional(path) : path, {}];
}

const PARAMETERS = { resourceType: 'Parameters' };
const conditional = (path: string) => (/^[A-Z][A-Za-z]+$/.test(path) ? `${path}?_id=${ID}` : path);

/** What is wrong. Where an operation is taken it may miss parameters; everything else is right as it is sent. */
async function wrong([path, methods]: Form, example: object): Promise<string[]> {
  const found: string[] = [];
  for (const method of METHODS) {
    const [url, options] = sent(method, path, example);
    const { status } = await server.send(method, url, options);
    const fine = path.includes('$') ? [200, 202, 400, 409, 422] : [200, 201, 204];
    const isRight = methods.includes(method) ? fine.includes(status) : status === 404 || status === 405;
    if (!isRight) found.push(`${method} ${path}: ${status}, ${methods.includes(method) ? 'listed' : 'not listed'}`);
  }
  return found;
}

/** A valid example of the type, stored. */
async function stored(type: string): Promise<object | undefined> {
  for (const file of readdirSync(EXAMPLES)
    .filter((name) => name.startsWith(`${type}-`))
    .slice(0, 12)) {
    const example = { ...json<object>(join(EXAMPLES, file)), id: ID };
    const { status } = await server.send('PUT', `${type}/${ID}`, { body: example });
    if (status === 201) return example;
  }
  return undefined;
}

test('what is listed works on every form of URL, and nothing else does, for every type', async () => {
  const chosen = rest.resource.filter(({ type }, nth) => nth % SOME === 0 || THOROUGH.includes(type));
  const without: string[] = [];
  const found: string[] = [];
  for (const listed of chosen) {
    const example = await stored(listed.type);
    if (example === undefined) without.push(listed.type);
    else {
      for (const form of formsOfType(listed, ID)) {
        found.push(...(await wrong(form, example)));
        if (form[1].includes('DELETE')) await server.send('PUT', `${listed.type}/${ID}`, { body: example });
      }
    }
  }
  expect(found).toEqual([]);
  expect(without.length).toBeLessThan(chosen.length / 5);
}, 900_000);

test('the same for the system', async () => {
  const found: string[] = [];
  for (const form of formsOfSystem()) found.push(...(await wrong(form, {})));
  expect(found).toEqual([]);
});

/** What a search can be asked for in R4, and in other servers. */
const ASKED =
  '_include _include:iterate _revinclude _contained _containedType _query _filter _content _text _list _at _since _page ' +
  '_offset _graph _near near _nonsense Name';

test('a search takes the parameters that are listed, and no other', async () => {
  const listed = (names: { name: string }[]) => new Set(names.map(({ name }) => name));
  const places: [string, Set<string>][] = [
    ['/fhir', listed(rest.searchParam)],
    ...rest.resource
      .filter(({ type }) => ['Patient', 'Location', 'Observation', 'Basic'].includes(type))
      .map(({ type, searchParam }): [string, Set<string>] => [type, listed(searchParam)]),
  ];
  for (const [path, names] of places) {
    for (const name of ASKED.split(' ').filter((one) => !names.has(one))) {
      const reply = await server.send('GET', `${path}?${name}=Patient:link`);
      expect([path, name, reply.status]).toEqual([path, name, 400]);
    }
  }
});

test('an entry of a batch asks for what a URL of its own asks for, but for the statement itself', async () => {
  await stored('Patient');
  const patient = rest.resource.find(({ type }) => type === 'Patient') as Listed;
  const forms = [...formsOfType(patient, ID), ...formsOfSystem()].filter(
    ([path]) => path !== '/fhir' && path !== 'metadata',
  );
  for (const method of ['GET', 'HEAD']) {
    const entry = forms.map(([url]) => ({ request: { method, url } }));
    const reply = await server.send('POST', '/fhir', { body: { ...BUNDLE, entry } });
    const statuses = (reply.json().entry as unknown as { response: { status: string } }[]).map(({ response }) =>
      Number(response.status.slice(0, 3)),
    );
    for (const [nth, [url]] of forms.entries()) {
      const { status } = await server.send(method, url);
      expect([method, url, (statuses[nth] as number) < 300]).toEqual([method, url, status < 300]);
    }
  }
});
