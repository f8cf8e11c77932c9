// FHIR R4 json.html: resources and data types as JSON schemas, one level each; what lies deeper is checked, but not written down here.
import { type ElementDefinition, resourceTypes, structure } from '#libs/fhir-definitions';
import type { Schema } from './open-api.js';

const NUMBERS: Readonly<Record<string, Schema>> = {
  boolean: { type: 'boolean' },
  decimal: { type: 'number' },
  integer: { type: 'integer' },
  positiveInt: { type: 'integer', minimum: 1 },
  unsignedInt: { type: 'integer', minimum: 0 },
};

/** Every resource type, every data type that one of them has, and the Bundles that are answers. */
export function resourceSchemas(): Record<string, Schema> {
  const schemas: Record<string, Schema> = { ...bundles() };
  const open = [...resourceTypes()];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (Object.hasOwn(schemas, name)) continue;
    const { schema, types } = object(name);
    schemas[name] = schema;
    open.push(...types);
  }
  return schemas;
}

/** A resource of any type. */
function anyResource(): Schema {
  const properties = { resourceType: { enum: [...resourceTypes()].sort() }, id: { type: 'string' } };
  return { type: 'object', required: ['resourceType'], properties };
}

function object(name: string): { schema: Schema; types: string[] } {
  const elements = structure(name)?.snapshot.element.filter(({ path }) => path.split('.').length === 2) ?? [];
  const types: string[] = [];
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  for (const element of elements.filter(({ max }) => max !== '0')) {
    const key = element.path.slice(name.length + 1);
    for (const code of codesOf(element)) {
      properties[key.replace('[x]', capitalised(code))] = listed(element, valueSchema(code, types));
    }
    if (element.min > 0 && !key.endsWith('[x]') && !mayBeExtended(element)) required.push(key);
  }
  const isResource = resourceTypes().has(name);
  return {
    types,
    schema: {
      type: 'object',
      properties: { ...(isResource ? { resourceType: { const: name } } : {}), ...properties },
      ...(isResource || required.length > 0
        ? { required: [...(isResource ? ['resourceType'] : []), ...required] }
        : {}),
    },
  };
}

function codesOf({ type = [], path }: ElementDefinition): string[] {
  const codes = type.map(({ code }) => code);
  return path.endsWith('[x]') ? codes : codes.slice(0, 1);
}

/** A primitive may have an extension, in a sibling, in place of its value. */
function mayBeExtended({ type = [] }: ElementDefinition): boolean {
  return type.some(({ code }) => structure(code)?.kind === 'primitive-type');
}

function listed({ max }: ElementDefinition, schema: Schema): Schema {
  return max === '*' || Number(max) > 1 ? { type: 'array', minItems: 1, items: orNull(schema) } : schema;
}

/** In a list of primitives, null stands for one that has an extension only. */
function orNull(schema: Schema): Schema {
  return schema.type === 'string' || schema.type === 'number' || schema.type === 'integer' || schema.type === 'boolean'
    ? { ...schema, type: [schema.type, 'null'] }
    : schema;
}

function valueSchema(code: string, types: string[]): Schema {
  if (Object.hasOwn(NUMBERS, code)) return NUMBERS[code] ?? {};
  if (code === 'Resource') return { $ref: '#/components/schemas/Resource' };
  if (code === 'BackboneElement' || code === 'Element') return { type: 'object' };
  if (structure(code)?.kind === 'complex-type') {
    types.push(code);
    return { $ref: `#/components/schemas/${code}` };
  }
  return { type: 'string' };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function bundles(): Record<string, Schema> {
  const resource = { $ref: '#/components/schemas/Resource' };
  const response = { type: 'object', required: ['status'], properties: { status: { type: 'string' } } };
  const request = { type: 'object', required: ['method', 'url'] };
  const answered = { type: 'object', required: ['response'], properties: { resource, response } };
  const found = { type: 'object', required: ['resource', 'fullUrl'], properties: { resource } };
  const past = { type: 'object', required: ['request', 'response'], properties: { resource, request, response } };
  return {
    Resource: anyResource(),
    ...bundle('searchset', found),
    ...bundle('history', past),
    ...bundle('batch-response', answered),
    ...bundle('transaction-response', answered),
    ...bundle('batch', { type: 'object', required: ['request'], properties: { resource, request: entryRequest() } }),
    ...bundle('transaction', {
      type: 'object',
      required: ['request'],
      properties: { resource, request: entryRequest() },
    }),
  };
}

function entryRequest(): Schema {
  const method = { enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] };
  const url = { type: 'string', examples: ['Patient', 'Patient/1', 'Patient?_id=1', 'Patient/1/_history'] };
  return { type: 'object', required: ['method', 'url'], properties: { method, url } };
}

function bundle(type: string, entry: Schema): Record<string, Schema> {
  const properties = {
    resourceType: { const: 'Bundle' },
    type: { const: type },
    entry: { type: 'array', items: entry },
  };
  return { [`Bundle-${type}`]: { type: 'object', required: ['resourceType', 'type'], properties } };
}
