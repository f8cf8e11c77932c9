// FHIR R4 http.html: one operation for each interaction of the CapabilityStatement.
import { isDeferrable } from '#libs/interactions';
import { bundleAnswers, deletedAnswers, jobAnswers, readAnswers, resourceContent, writtenAnswers } from './answers.js';
import type { Capability, CapabilityResource, CapabilityRest } from './capability.js';
import type { Content, Operation, Parameter, PathItem, Reference } from './open-api.js';
import { ABOUT_ANSWER, searchParameter, searchSchema, shared } from './parameters.js';
import { refusals } from './refusals.js';

const WRITE = [404, 409, 412, 413, 415, 422];
const LATER = [413, 429];
const PART = ['_summary', '_elements'];

/** Of the whole system, of every type, and of all types at once where they do not differ. */
export function interactionPaths({ rest: [rest] }: Capability): Record<string, PathItem> {
  const has = (code: string) => rest.interaction.some((one) => one.code === code);
  const ofTypes = rest.resource.map((resource) => [`/${resource.type}`, typePath(resource)]);
  return {
    '/metadata': { get: metadata() },
    '/': {
      ...(has('search-system') ? { get: searchSystem(rest) } : {}),
      ...(has('transaction') || has('batch') ? { post: bundle() } : {}),
    },
    ...(has('search-system') ? { '/_search': { post: searchByPost('search-system', []) } } : {}),
    ...(has('history-system') ? { '/_history': { get: history('history-system', 'system', []) } } : {}),
    '/_async/{job}': { get: job(), delete: cancel() },
    ...Object.fromEntries(ofTypes),
    ...instancePaths(rest.resource),
    ...(rest.compartment.length > 0 ? compartmentPaths(rest) : {}),
  };
}

function metadata(): Operation {
  return {
    operationId: 'capabilities',
    summary: 'What this server does.',
    tags: ['system'],
    parameters: shared(...ABOUT_ANSWER, ...PART),
    responses: {
      200: { description: 'The statement.', content: resourceContent('CapabilityStatement') },
      ...refusals([]),
    },
    security: [],
  };
}

function bundle(): Operation {
  return {
    operationId: 'transaction',
    summary: 'A batch, or a transaction that is stored whole or not at all.',
    tags: ['system'],
    parameters: shared(...ABOUT_ANSWER, 'Prefer', 'X-Provenance'),
    requestBody: { required: true, content: resourceContent('Bundle-batch', 'Bundle-transaction') },
    responses: {
      ...bundleAnswers(
        'What became of each entry.',
        isDeferrable('transaction'),
        'batch-response',
        'transaction-response',
      ),
      ...refusals([...WRITE, 405, 410, 429]),
    },
  };
}

function job(): Operation {
  return {
    operationId: 'async-status',
    summary: 'The answer to a request that was made with Prefer: respond-async.',
    tags: ['system'],
    parameters: shared('job', ...ABOUT_ANSWER, ...PART),
    responses: { ...jobAnswers(), ...refusals([404]) },
  };
}

function cancel(): Operation {
  return {
    operationId: 'async-cancel',
    summary: 'Stops it, and forgets its answer.',
    tags: ['system'],
    parameters: shared('job', ...ABOUT_ANSWER),
    responses: {
      202: { description: 'What became of it.', content: resourceContent('OperationOutcome') },
      ...refusals([404]),
    },
  };
}

function typePath(resource: CapabilityResource): PathItem {
  const { type } = resource;
  const has = (code: string) => resource.interaction.some((one) => one.code === code);
  return {
    ...(has('search-type') ? { get: search(resource) } : {}),
    ...(has('create') ? { post: create(type) } : {}),
    ...(has('update') ? { put: conditional(type, 'update') } : {}),
    ...(has('patch') ? { patch: conditional(type, 'patch') } : {}),
    ...(has('delete') ? { delete: conditional(type, 'delete') } : {}),
  };
}

function search({ type, searchParam }: CapabilityResource): Operation {
  return {
    operationId: `search-${type}`,
    summary: `Searches ${type}.`,
    tags: [type],
    parameters: [...searchParam.map(searchParameter), ...shared(...ABOUT_ANSWER, 'Prefer')],
    responses: {
      ...bundleAnswers('A page of what matches and may be shown.', isDeferrable('search-type'), 'searchset'),
      ...refusals(LATER),
    },
  };
}

function searchSystem({ searchParam }: CapabilityRest): Operation {
  return {
    operationId: 'search-system',
    summary: 'Searches several types, or all.',
    tags: ['system'],
    parameters: [...searchParam.map(searchParameter), ...shared(...ABOUT_ANSWER, 'Prefer')],
    responses: {
      ...bundleAnswers('A page of what matches and may be shown.', isDeferrable('search-system'), 'searchset'),
      ...refusals(LATER),
    },
  };
}

/** The parameters of the system are those of every type; a type may have more. */
function compartmentPaths(rest: CapabilityRest): Record<string, PathItem> {
  const owner = ['compartment', 'id'];
  const byPost = (path: string[]) => ({ post: searchByPost('search-compartment', path) });
  const search = searchSystem({ ...rest, searchParam: rest.searchParam.filter(({ name }) => name !== '_type') });
  return {
    '/{compartment}/{id}/{member}': {
      get: {
        ...search,
        operationId: 'search-compartment',
        summary: 'Searches what is in the compartment of a resource.',
        tags: ['instance'],
        parameters: [...shared(...owner, 'member'), ...search.parameters],
        responses: { ...search.responses, ...refusals([404]) },
      },
    },
    '/{compartment}/{id}/_search': byPost(owner),
    '/{compartment}/{id}/{member}/_search': byPost([...owner, 'member']),
  };
}

function create(type: string): Operation {
  return {
    operationId: `create-${type}`,
    summary: `Stores a ${type} under a new id.`,
    tags: [type],
    parameters: shared(...ABOUT_ANSWER, ...PART, 'Prefer', 'If-None-Exist', 'X-Provenance'),
    requestBody: { required: true, content: resourceContent(type) },
    responses: { ...writtenAnswers(type, 201, 200), ...refusals(WRITE) },
  };
}

/** The condition is a search, in the query. */
function conditional(type: string, code: 'update' | 'patch' | 'delete'): Operation {
  const parameters = [
    { name: '_id', in: 'query', required: true, schema: searchSchema('_id', 'token') } satisfies Parameter,
    ...shared(...ABOUT_ANSWER, 'Prefer', 'If-Match', 'X-Provenance'),
  ];
  return written(type, code, `conditional-${code}-${type}`, parameters, [type]);
}

function written(
  type: string,
  code: 'update' | 'patch' | 'delete',
  operationId: string,
  parameters: (Parameter | Reference)[],
  tags: string[],
): Operation {
  const operations = {
    update: {
      summary: 'Stores the next version, or the first.',
      requestBody: { required: true, content: resourceContent(type) },
      responses: { ...writtenAnswers(type, 200, 201), ...refusals([...WRITE, 405]) },
    },
    patch: {
      summary: 'Changes it.',
      requestBody: { required: true, content: patchContent() },
      responses: { ...writtenAnswers(type, 200), ...refusals([...WRITE, 410]) },
    },
    delete: {
      summary: 'Deletes it; earlier versions stay.',
      responses: { ...deletedAnswers(), ...refusals([404, 409, 412]) },
    },
  };
  return { operationId, ...operations[code], tags, parameters };
}

function patchContent(): Content {
  const step = {
    type: 'object',
    required: ['op', 'path'],
    properties: {
      op: { enum: ['add', 'remove', 'replace', 'move', 'copy', 'test'] },
      path: { type: 'string', examples: ['/active', '/meta/tag', '/status'] },
      from: { type: 'string', examples: ['/active'] },
      value: {},
    },
  };
  return {
    'application/json-patch+json': { schema: { type: 'array', items: step } },
    ...resourceContent('Parameters'),
  };
}

/** What is the same for every type. */
function instancePaths(resources: readonly CapabilityResource[]): Record<string, PathItem> {
  const has = (code: string) => resources.every(({ interaction }) => interaction.some((one) => one.code === code));
  const one = shared('type', 'id', ...ABOUT_ANSWER);
  const change = (code: 'update' | 'patch' | 'delete', ...more: string[]) =>
    written('Resource', code, code, [...one, ...shared('Prefer', 'If-Match', ...more, 'X-Provenance')], ['instance']);
  return {
    '/{type}/_search': { post: searchByPost('search-type', ['type']) },
    ...(has('history-type') ? { '/{type}/_history': { get: history('history-type', 'type', ['type']) } } : {}),
    '/{type}/{id}': {
      ...(has('read') ? { get: read() } : {}),
      ...(has('update') ? { put: change('update', 'If-None-Match') } : {}),
      ...(has('patch') ? { patch: change('patch') } : {}),
      ...(has('delete') ? { delete: change('delete') } : {}),
    },
    ...(has('history-instance')
      ? { '/{type}/{id}/_history': { get: history('history-instance', 'instance', ['type', 'id']) } }
      : {}),
    ...(has('vread') ? { '/{type}/{id}/_history/{vid}': { get: vread() } } : {}),
  };
}

function read(): Operation {
  return {
    operationId: 'read',
    summary: 'The current version.',
    tags: ['instance'],
    parameters: shared('type', 'id', ...ABOUT_ANSWER, ...PART, 'If-None-Match', 'If-Modified-Since'),
    responses: { ...readAnswers('Resource'), ...refusals([404, 410]) },
  };
}

function vread(): Operation {
  return {
    operationId: 'vread',
    summary: 'One version.',
    tags: ['instance'],
    parameters: shared('type', 'id', 'vid', ...ABOUT_ANSWER, ...PART, 'If-None-Match', 'If-Modified-Since'),
    responses: { ...readAnswers('Resource'), ...refusals([404, 410]) },
  };
}

function searchByPost(code: string, path: string[]): Operation {
  const form = { type: 'object', additionalProperties: { type: 'string' }, examples: [{ _id: '1' }, { _count: '1' }] };
  return {
    operationId: `${code}-by-post${path.includes('member') ? '-of-type' : ''}`,
    summary: 'The same search, its parameters in the body.',
    tags: [path.length === 0 ? 'system' : 'type'],
    parameters: shared(...path, ...ABOUT_ANSWER, 'Prefer'),
    requestBody: { required: true, content: { 'application/x-www-form-urlencoded': { schema: form } } },
    responses: {
      ...bundleAnswers('A page of what matches and may be shown.', isDeferrable(code), 'searchset'),
      ...refusals([404, 415, ...LATER]),
    },
  };
}

function history(code: string, tag: string, path: string[]): Operation {
  return {
    operationId: code,
    summary: 'Versions, newest first.',
    tags: [tag],
    parameters: shared(...path, '_since', '_at', '_count', ...ABOUT_ANSWER, ...PART, 'Prefer'),
    responses: {
      ...bundleAnswers('A page of the versions that may be shown.', isDeferrable(code), 'history'),
      ...refusals([404, ...LATER]),
    },
  };
}
