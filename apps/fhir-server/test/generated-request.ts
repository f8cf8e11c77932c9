import fc from 'fast-check';

type Schema = Record<string, unknown>;

export interface Parameter {
  name: string;
  in: 'header' | 'path' | 'query';
  required?: boolean;
  schema: Schema;
}

export interface Operation {
  operationId: string;
  parameters: (Parameter | { $ref: string })[];
  requestBody?: { required: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, { $ref?: string; content?: Record<string, { schema: Schema }> }>;
}

export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

export interface GeneratedRequest {
  method: string;
  /** The path as the document has it, and as it is asked for. */
  template: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
}

const TEXTS = [
  '',
  'a',
  '1',
  '2024-01-01',
  '2024-01-01T00:00:00Z',
  'http://example.org/x',
  'urn:uuid:1',
  '<p>x</p>',
  '\u0000',
];
const DEEPEST = 4;

/** Values that a schema of the document allows, and now and then one that it does not. */
class Values {
  constructor(private readonly document: Document) {}

  of(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
    const right = this.right(schema, depth);
    return fc.oneof(
      { arbitrary: right, weight: 40 },
      { arbitrary: fc.constantFrom(null, 1.5, '?', [], {}), weight: 1 },
    );
  }

  resolved(value: object): unknown {
    const { $ref } = value as { $ref?: string };
    if ($ref === undefined) return value;
    return $ref
      .slice(2)
      .split('/')
      .reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], this.document);
  }

  private right(schema: Schema, depth: number): fc.Arbitrary<unknown> {
    if (schema.$ref !== undefined) return this.of(this.resolved(schema) as Schema, depth);
    if ('const' in schema) return fc.constant(schema.const);
    const among = (schema.enum ?? schema.examples) as unknown[] | undefined;
    if (among) return fc.constantFrom(...among);
    if (Array.isArray(schema.anyOf)) return fc.oneof(...schema.anyOf.map((one: Schema) => this.of(one, depth)));
    return this.ofType(schema, depth);
  }

  private ofType(schema: Schema, depth: number): fc.Arbitrary<unknown> {
    const [type] = [schema.type].flat();
    if (type === 'boolean') return fc.boolean();
    if (type === 'integer') return fc.integer({ min: Number(schema.minimum ?? -2), max: 20 });
    if (type === 'number') return fc.constantFrom(0, 1.5, -3, 1e10);
    if (type === 'array') return fc.array(this.of(schema.items as Schema, depth + 1), { minLength: 1, maxLength: 2 });
    return type === 'object' ? this.object(schema, depth) : fc.constantFrom(...TEXTS);
  }

  private object({ properties = {}, required = [] }: Schema, depth: number): fc.Arbitrary<object> {
    const needed = required as string[];
    const all = Object.entries(properties as Record<string, Schema>);
    const others = all.map(([name]) => name).filter((name) => !needed.includes(name));
    const chosen =
      depth >= DEEPEST || others.length === 0
        ? fc.constant<string[]>([])
        : fc.subarray(others, { maxLength: Math.min(3, others.length) });
    return chosen.chain((some) => {
      const wanted = all.filter(([name]) => needed.includes(name) || some.includes(name));
      return fc.record(Object.fromEntries(wanted.map(([name, schema]) => [name, this.of(schema, depth + 1)])));
    });
  }
}

/** Requests made from the parameters and schemas of the document, of all its operations alike; `ids` name what is stored. */
export function generatedRequest(document: Document, ids: readonly string[]): fc.Arbitrary<GeneratedRequest> {
  const values = new Values(document);
  const all = Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ template, method, operation })),
  );
  // There are five operations of each of many types, and few others.
  const ofTypes = all.filter(({ template }) => /^\/[A-Z][A-Za-z]+$/.test(template));
  const others = all.filter((one) => !ofTypes.includes(one));
  return fc.oneof(fc.constantFrom(...ofTypes), fc.constantFrom(...others)).chain(({ template, method, operation }) => {
    const parameters = operation.parameters.map((one) => values.resolved(one) as Parameter);
    const given = fc.tuple(...parameters.map((parameter) => parameterValue(values, parameter, ids)));
    return fc.tuple(given, bodyOf(values, operation)).map(([texts, body]) => {
      const pairs = parameters.flatMap((parameter, index) => {
        const text = texts[index];
        return text === undefined ? [] : [{ parameter, text }];
      });
      return { ...request(template, method, pairs), ...body, headers: { ...headersOf(pairs), ...body.headers } };
    });
  });
}

function parameterValue(values: Values, { name, in: where, required, schema }: Parameter, ids: readonly string[]) {
  const value = values.of(schema).map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  if (name === 'id') return fc.oneof(fc.constantFrom(...ids), value);
  if (required) return value;
  // A type has many search parameters, of which a request has few.
  const absent = { arbitrary: fc.constant(undefined), weight: where === 'query' ? 11 : 3 };
  return fc.oneof(absent, { arbitrary: value, weight: 1 });
}

function request(template: string, method: string, pairs: { parameter: Parameter; text: string }[]): GeneratedRequest {
  const query = new URLSearchParams();
  let path = template;
  for (const { parameter, text } of pairs) {
    if (parameter.in === 'path') path = path.replace(`{${parameter.name}}`, encodeURIComponent(text || '-'));
    if (parameter.in === 'query') query.append(parameter.name, text);
  }
  return {
    method: method.toUpperCase(),
    template,
    path: query.size === 0 ? path : `${path}?${query.toString()}`,
    headers: {},
  };
}

/** A header holds no line breaks and the like. */
function headersOf(pairs: { parameter: Parameter; text: string }[]): Record<string, string> {
  const headers = pairs.filter(({ parameter, text }) => parameter.in === 'header' && /^[ -~]*$/.test(text));
  return Object.fromEntries(headers.map(({ parameter, text }) => [parameter.name, text]));
}

function bodyOf(
  values: Values,
  { requestBody }: Operation,
): fc.Arbitrary<{ headers: Record<string, string>; body?: string }> {
  if (requestBody === undefined) return fc.constant({ headers: {} });
  const bodies = Object.entries(requestBody.content).map(([type, { schema }]) =>
    type === '*/*'
      ? CONTENT
      : values.of(schema).map((value) => ({ headers: { 'content-type': type }, body: textOf(type, value) })),
  );
  return fc.oneof(...bodies, fc.constant({ headers: { 'content-type': 'text/plain' }, body: 'x' }));
}

/** Of any media type, empty too. */
const CONTENT = fc
  .tuple(fc.constantFrom('application/pdf', 'text/plain', 'application/json', 'image/x-y;z=1', 'none'), fc.string())
  .map(([type, body]) => ({ headers: { 'content-type': type }, body }));

function textOf(type: string, value: unknown): string {
  if (!type.includes('form')) return typeof value === 'string' && type.includes('xml') ? value : JSON.stringify(value);
  return new URLSearchParams(value as Record<string, string>).toString();
}
