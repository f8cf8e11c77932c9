// FHIR R4 operations.html: one path for each operation of the CapabilityStatement and each level that has it.
import { type Operation as FhirOperation, isDeferrable, OPERATIONS } from '#libs/interactions';
import { operationAnswers, resourceContent } from './answers.js';
import type { Capability } from './capability.js';
import type { Operation, Parameter, PathItem, Reference } from './open-api.js';
import { type OperationDefinition, operationDefinitions } from './operation-definition.js';
import { ABOUT_ANSWER, shared } from './parameters.js';
import { refusals } from './refusals.js';

type Level = FhirOperation['on'][number];

const PATHS: Readonly<Record<Level, [string, string[]]>> = {
  type: ['', []],
  instance: ['/{id}', ['id']],
  version: ['/{id}/_history/{vid}', ['id', 'vid']],
};

/** Those that have primitive values only can be asked for in a query, too. */
const PRIMITIVE = /^[a-z]/;

export function operationPaths({ rest: [rest] }: Capability): Record<string, PathItem> {
  const definitions = operationDefinitions();
  const listed = new Set(rest.resource.flatMap(({ operation }) => operation.map(({ definition }) => definition)));
  const all = OPERATIONS.filter(({ definition }) => listed.has(definition)).flatMap((one) => {
    const definition = definitions.get(one.definition);
    return definition === undefined ? [] : pathsOf(one, definition);
  });
  return Object.fromEntries(all);
}

function pathsOf(one: FhirOperation, definition: OperationDefinition): [string, PathItem][] {
  return (one.types ?? [undefined]).flatMap((type) =>
    one.on.map((level): [string, PathItem] => {
      const [tail, names] = PATHS[level];
      const inPath = shared(...(type === undefined ? ['type'] : []), ...names);
      const item = pathItem(one, definition, inPath, [one.name, type ?? 'any', level].join('-'));
      return [`/${type ?? '{type}'}${tail}/$${one.name}`, item];
    }),
  );
}

function pathItem(
  { affectsState, definition: url, name }: FhirOperation,
  definition: OperationDefinition,
  inPath: Reference[],
  operationId: string,
): PathItem {
  const later = isDeferrable(url);
  const always = shared(...ABOUT_ANSWER, ...(later ? ['Prefer'] : []));
  const operation: Omit<Operation, 'parameters' | 'operationId'> = {
    summary: definition.title,
    description: definition.description,
    tags: ['operations'],
    responses: {
      ...operationAnswers(later),
      ...refusals([404, 409, 410, 412, 413, 415, 422, ...(later ? [429] : [])]),
    },
  };
  const provenance = affectsState ? shared('X-Provenance') : [];
  const post = {
    ...operation,
    operationId: `${operationId}-post`,
    parameters: [...inPath, ...always, ...provenance],
    requestBody: { required: name === 'validate', content: resourceContent('Parameters') },
  };
  if (affectsState) return { post };
  const parameters = [...inPath, ...inQuery(definition), ...always];
  return { get: { ...operation, operationId: `${operationId}-get`, parameters }, post };
}

function inQuery({ parameter = [] }: OperationDefinition): Parameter[] {
  return parameter
    .filter(({ use, type }) => use === 'in' && type !== undefined && PRIMITIVE.test(type))
    .map(({ name, documentation, min }) => ({
      name,
      in: 'query',
      description: documentation,
      required: min > 0,
      schema: { type: 'string', examples: EXAMPLES[name] ?? ['1'] },
    }));
}

const EXAMPLES: Readonly<Record<string, string[]>> = {
  patient: ['1', 'Patient/1'],
  subject: ['Patient/1'],
  statistic: ['average', 'count,median'],
  start: ['2024-01-01'],
  end: ['2024-12-31'],
  _since: ['2024-01-01'],
  _type: ['Observation'],
  mode: ['create', 'update'],
  include: ['true', 'false'],
  persist: ['false'],
};
