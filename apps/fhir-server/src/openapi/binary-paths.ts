// FHIR R4 binary.html#rest and RFC 9110 section 14: a Binary is sent and given as its content too, of any media type.
import type { Content, Operation, PathItem, Response } from './open-api.js';
import { shared } from './parameters.js';

/** What it is says Content-Type. */
const ANY: Content = { '*/*': { schema: {} } };

const text = (description: string) => ({ description, schema: { type: 'string' } });
const PART: Record<string, Response> = {
  206: {
    description: 'The part of the content that Range asks for.',
    headers: { 'Content-Range': text('Which part it is, and of how many bytes.') },
    content: ANY,
  },
  416: {
    description: 'The content has no such part.',
    headers: { 'Content-Range': text('How many bytes there are.') },
  },
};

/** The same paths, with those of Binary as they are in truth; those of one Binary stand in place of the ones for every type. */
export function withBinaryPaths(paths: Record<string, PathItem>): Record<string, PathItem> {
  const { '/Binary': all, '/{type}/{id}': one, '/{type}/{id}/_history/{vid}': version } = paths;
  return {
    ...paths,
    ...(all && { '/Binary': { ...all, ...mapped({ post: all.post, put: all.put }, taking) } }),
    ...(one && {
      '/Binary/{id}': {
        ...mapped(one, named),
        ...mapped({ get: one.get }, (read) => giving(named(read))),
        ...mapped({ put: one.put }, (update) => taking(named(update))),
      },
    }),
    ...(version && { '/Binary/{id}/_history/{vid}': mapped(version, (read) => giving(named(read))) }),
  };
}

function mapped(item: Record<string, Operation | undefined>, change: (operation: Operation) => Operation): PathItem {
  return Object.fromEntries(
    Object.entries(item).flatMap(([method, operation]) => (operation ? [[method, change(operation)]] : [])),
  );
}

function named(operation: Operation): Operation {
  return {
    ...operation,
    operationId: `${operation.operationId}-Binary`,
    tags: ['Binary'],
    parameters: operation.parameters.filter((one) => !('$ref' in one && one.$ref.endsWith('/type'))),
  };
}

function taking(operation: Operation): Operation {
  const { requestBody, parameters } = operation;
  return {
    ...operation,
    parameters: [...parameters, ...shared('X-Security-Context')],
    ...(requestBody && { requestBody: { ...requestBody, content: { ...requestBody.content, ...ANY } } }),
  };
}

function giving(operation: Operation): Operation {
  const { responses, parameters } = operation;
  const whole = responses[200] as Response;
  return {
    ...operation,
    description: 'The content, unless Accept or _format ask for FHIR.',
    parameters: [...parameters, ...shared('Range', 'If-Range')],
    responses: { ...responses, 200: { ...whole, content: { ...whole.content, ...ANY } }, ...PART },
  };
}
