// FHIR R4 http.html#parameters and search.html: headers, path and query of the requests.
import { component, type Parameter, type Reference, type Schema } from './open-api.js';

const ID: Schema = { type: 'string', pattern: '^[A-Za-z0-9\\-.]{1,64}$', examples: ['1', 'a-b.c'] };
const ENTITY_TAG: Schema = { type: 'string', examples: ['W/"1"', 'W/"2"'] };
const COUNT: Schema = { type: 'integer', minimum: 1, maximum: 1000 };
const WHEN: Schema = { type: 'string', examples: ['2024-01-01', '2024-01-01T12:00:00Z'] };
const NAMES: Schema = { type: 'string', examples: ['id', 'meta,text'] };
const FORMATS = ['json', 'xml', 'application/fhir+json', 'application/fhir+xml'];
const PREFERENCES = [
  'return=minimal',
  'return=representation',
  'return=OperationOutcome',
  'handling=strict',
  'handling=lenient',
  'return=minimal; handling=lenient',
  'respond-async',
];

const HEADERS: Readonly<Record<string, [string, Schema]>> = {
  'If-Match': ['Only if this is the current version; otherwise 412.', ENTITY_TAG],
  'If-None-Match': [
    'Versions that the client holds: then 304. An update with *: only where there is no version; otherwise 412.',
    { type: 'string', examples: ['W/"1"', 'W/"1", W/"2"', '*'] },
  ],
  'If-Modified-Since': [
    'What was current then is held by the client: then 304.',
    { type: 'string', examples: ['Wed, 21 Oct 2015 07:28:00 GMT'] },
  ],
  'If-None-Exist': [
    'A search: only where nothing matches it.',
    { type: 'string', examples: ['identifier=urn:x|1', '_id=1'] },
  ],
  Range: ['One range of bytes of the content.', { type: 'string', examples: ['bytes=0-1', 'bytes=-1', 'bytes=9-'] }],
  'If-Range': ['Range counts only where this is the version.', { type: 'string', examples: ['"1"', '"2"'] }],
  'X-Security-Context': [
    'The resource that stands for a Binary sent as its content where access is decided.',
    { type: 'string', examples: ['Patient/1'] },
  ],
  Prefer: ['What the answer shall hold, and how unknown search parameters are taken.', { enum: PREFERENCES }],
  'X-Provenance': [
    'A Provenance without target, stored with what is written.',
    {
      type: 'string',
      examples: ['{"resourceType":"Provenance","recorded":"2024-01-01T00:00:00Z","agent":[{"who":{"display":"x"}}]}'],
    },
  ],
  'X-Request-Id': [
    'Kept, where it is a plain one.',
    { type: 'string', pattern: '^[A-Za-z0-9\\-._:]{1,128}$', examples: ['a:1'] },
  ],
};

const QUERY: Readonly<Record<string, [string, Schema]>> = {
  _format: ['In place of Accept.', { enum: FORMATS }],
  _pretty: ['With line breaks.', { type: 'boolean' }],
  _summary: ['A part of each resource.', { enum: ['true', 'text', 'data', 'count', 'false'] }],
  _elements: ['These elements and what is mandatory; not together with _summary.', NAMES],
  _since: ['Versions recorded then or later.', WHEN],
  _at: ['Versions that were current at some time of this.', WHEN],
  _count: ['Entries of a page.', COUNT],
};

const PATH: Readonly<Record<string, [string, Schema]>> = {
  id: ['Logical id.', ID],
  vid: ['Version id.', { type: 'string', pattern: '^[1-9][0-9]{0,8}$', examples: ['1', '2'] }],
  job: [
    'As Content-Location named it.',
    { type: 'string', format: 'uuid', examples: ['00000000-0000-4000-8000-000000000000'] },
  ],
};

const SEARCH_TYPES: Readonly<Record<string, [string, string[]]>> = {
  number: ['A number, with a prefix such as ge.', ['5', 'ge0.5']],
  date: ['A date or time, with a prefix such as ge.', ['2024', 'ge2024-01-01', 'lt2024-01-01T10:00:00Z']],
  string: ['The beginning of a text.', ['a', 'Ärzte']],
  token: ['code, system|code, |code or system|.', ['x', 'urn:y|x', 'urn:y|']],
  reference: ['id, type/id or URL.', ['1', 'Patient/1', 'http://example.org/fhir/Patient/1']],
  composite: ['Values joined by $.', ['urn:y|x$5']],
  quantity: ['number|system|code, with a prefix such as ge.', ['5', 'le5.4|http://unitsofmeasure.org|mg']],
  uri: ['A URI.', ['http://example.org/x']],
  special: ['As the parameter is defined.', ['x']],
};

/** References to parameters by their names. */
export function shared(...names: string[]): Reference[] {
  return names.map((name) => component('parameters', name));
}

/** What every answer may be asked for as. */
export const ABOUT_ANSWER = ['_format', '_pretty', 'X-Request-Id'];

/** `compartments`: URLs of their definitions, whose last part is the type but for its first letter. */
export function parameterComponents(
  types: readonly string[],
  compartments: readonly string[],
): Record<string, Parameter> {
  const of = (where: Parameter['in'], from: Readonly<Record<string, [string, Schema]>>) =>
    Object.entries(from).map(([name, [description, schema]]) => [
      name,
      { name, in: where, description, schema, ...(where === 'path' ? { required: true } : {}) },
    ]);
  const type = { name: 'type', in: 'path', required: true, description: 'Resource type.', schema: { enum: types } };
  const owners = types.filter((one) =>
    compartments.some((url) => url.endsWith(`/${one[0]?.toLowerCase()}${one.slice(1)}`)),
  );
  const compartment = {
    ...type,
    name: 'compartment',
    description: 'Type of what it is about.',
    schema: { enum: owners },
  };
  const member = {
    ...type,
    name: 'member',
    description: 'Type of what is in it, or all.',
    schema: { enum: ['*', ...types] },
  };
  return Object.fromEntries([
    ...of('header', HEADERS),
    ...of('query', QUERY),
    ...of('path', PATH),
    ...[type, compartment, member].map((one) => [one.name, one]),
  ]);
}

/** One parameter of a search. */
export function searchParameter({ name, type }: { name: string; type: string }): Parameter {
  return { name, in: 'query', schema: searchSchema(name, type) };
}

/** Parameters about the answer, which `metadata` lists as search parameters, have values of their own. */
export function searchSchema(name: string, type: string): Schema {
  const known = QUERY[name]?.[1];
  if (known !== undefined) return known;
  if (name === '_total') return { enum: ['none', 'estimate', 'accurate'] };
  if (name === '_type') return { type: 'string', examples: ['Patient', 'Patient,Observation'] };
  if (name === '_sort') return { type: 'string', examples: ['_id', '-_lastUpdated'] };
  return { $ref: `#/components/schemas/search-${type}` };
}

export function searchSchemas(): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(SEARCH_TYPES).map(([type, [description, examples]]) => [
      `search-${type}`,
      { type: 'string', description, examples },
    ]),
  );
}
