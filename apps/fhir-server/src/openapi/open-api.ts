// OpenAPI 3.1.0: as much of the document's shape as is written here.
export type Schema = Record<string, unknown>;

export interface Reference {
  readonly $ref: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'header' | 'path' | 'query';
  readonly description?: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

export type Content = Record<string, { readonly schema: Schema }>;

export interface Response {
  readonly description: string;
  readonly headers?: Record<string, { readonly description: string; readonly schema: Schema }>;
  readonly content?: Content;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: string[];
  readonly parameters: (Parameter | Reference)[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Record<string, Response | Reference>;
  readonly security?: [];
}

export type PathItem = Partial<Record<'get' | 'post' | 'put' | 'patch' | 'delete', Operation>>;

/** A reference to a component. */
export function component(kind: 'parameters' | 'responses' | 'schemas', name: string): Reference {
  return { $ref: `#/components/${kind}/${name}` };
}
