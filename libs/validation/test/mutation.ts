import { requiredCodes, structure } from '#libs/fhir-definitions';
import type { JsonObject } from '#libs/fhir-json';
import type { TypedNode } from './typed-nodes.js';

/** A way to break a valid resource at one of its nodes: whether it can be done there, and what must then be found where. */
export interface Mutation {
  fault: string;
  code: string;
  fits: (node: TypedNode) => boolean;
  /** Breaks it, and gives the expression under which the fault must be found. */
  apply: (node: TypedNode) => string;
}

const WRONG_SYNTAX: Record<string, unknown> = {
  base64Binary: 'QUJ',
  canonical: 'a b',
  code: ' a',
  date: '2024-02-30',
  dateTime: '2024-01-01T10:00',
  id: 'a_b',
  instant: '2024-01-01',
  integer: 0.5,
  markdown: ' ',
  oid: 'urn:oid:1.02',
  positiveInt: 0,
  string: '',
  time: '24:00:00',
  unsignedInt: -1,
  uri: 'a b',
  url: 'a b',
  uuid: 'urn:uuid:1',
};

const isObject = ({ value, isList }: TypedNode) => typeof value === 'object' && !isList;
const isPrimitive = ({ type, isList }: TypedNode) => structure(type)?.kind === 'primitive-type' && !isList;
const hasSibling = ({ owner, sibling }: TypedNode) => sibling in owner;
const isListItem = ({ key }: TypedNode) => typeof key === 'number';

/** Sets another value in the node's place. */
const put = (value: unknown) => (node: TypedNode) => {
  node.holder[node.key] = value as never;
  return node.at;
};

export const MUTATIONS: Mutation[] = [
  {
    fault: 'an unknown element',
    code: 'structure',
    fits: isObject,
    apply: ({ value, at }) => {
      (value as JsonObject).somethingElse = 1;
      return at;
    },
  },
  {
    fault: 'a required element taken away',
    code: 'required',
    fits: (node) =>
      node.element.min > 0 && !isListItem(node) && !hasSibling(node) && Object.keys(node.owner).length > 1,
    apply: ({ holder, key, parentAt }) => {
      delete holder[key];
      return parentAt;
    },
  },
  { fault: 'an empty array', code: 'structure', fits: ({ isList }) => isList, apply: put([]) },
  {
    fault: 'an empty object',
    code: 'structure',
    fits: (node) => isObject(node) && node.type !== 'Resource',
    apply: put({}),
  },
  { fault: 'an object for an array', code: 'structure', fits: ({ isList }) => isList, apply: put({ a: 1 }) },
  {
    fault: 'an array for a single value',
    code: 'structure',
    fits: (node) => !node.isList && !isListItem(node),
    apply: (node) => put([node.value])(node),
  },
  { fault: 'null', code: 'structure', fits: (node) => !isPrimitive(node) || !isListItem(node), apply: put(null) },
  {
    fault: 'null in a repeating primitive without an extension for it',
    code: 'structure',
    fits: (node) => isPrimitive(node) && isListItem(node) && !hasSibling(node),
    apply: put(null),
  },
  { fault: 'an object for a primitive', code: 'structure', fits: isPrimitive, apply: put({ a: 1 }) },
  {
    fault: 'a primitive for an object',
    code: 'structure',
    fits: isObject,
    apply: put('text'),
  },
  {
    fault: 'the wrong type of primitive',
    code: 'structure',
    fits: isPrimitive,
    apply: (node) => put(typeof node.value === 'string' ? 1 : 'text')(node),
  },
  {
    fault: 'a primitive against its syntax',
    code: 'value',
    fits: (node) => isPrimitive(node) && node.type in WRONG_SYNTAX,
    apply: (node) => put(WRONG_SYNTAX[node.type])(node),
  },
  {
    fault: 'a code outside its required value set',
    code: 'code-invalid',
    fits: ({ type, isList, element: { binding } }) =>
      type === 'code' && !isList && binding?.strength === 'required' && requiredCodes(binding.valueSet!) !== undefined,
    apply: put('no-such-code'),
  },
  {
    fault: 'a second type of a choice',
    code: 'structure',
    fits: ({ element, type }) => element.path.endsWith('[x]') && element.type!.some(({ code }) => code !== type),
    apply: ({ owner, element, type, parentAt }) => {
      const stem = element.path.split('.').at(-1)!.slice(0, -'[x]'.length);
      const others = element.type!.map(({ code }) => code).filter((code) => code !== type);
      const primitive = others.find((code) => structure(code)?.kind === 'primitive-type');
      const other = primitive ?? others[0]!;
      owner[`${primitive ? '_' : ''}${stem}${other[0]!.toUpperCase()}${other.slice(1)}`] = { id: 'a' };
      return parentAt;
    },
  },
];
