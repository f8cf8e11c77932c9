import { describe, expect, test } from '@jest/globals';
import type { JsonObject, JsonValue } from '#libs/fhir-json';
import { validateResource } from '#libs/validation';
import { clinicalFiles, example } from './example.js';
import { type TypedNode, typedNodes } from './typed-nodes.js';

const LONGEST = 50_000;

/** Of what is broken, this much is found at its place. */
const LEAST = 0.995;

interface Fault {
  fault: string;
  fits: (node: TypedNode) => boolean;
  /** Breaks the node, and gives the expression under which that must be found. */
  apply: (node: TypedNode) => string;
}

const single = ({ isList }: TypedNode) => !isList;
const object = (node: TypedNode) => node.value as JsonObject;

/** It may not point to anything, nor to a SubstanceSpecification. */
function isNarrow({ element }: TypedNode): boolean {
  const targets = element.type?.find(({ code }) => code === 'Reference')?.targetProfile;
  return targets !== undefined && !targets.some((url) => /\/(?:Resource|SubstanceSpecification)$/.test(url));
}

function put(name: string, value: JsonValue): (node: TypedNode) => string {
  return (node) => {
    object(node)[name] = value;
    return node.at;
  };
}

const FAULTS: Fault[] = [
  {
    fault: 'a period that ends before it starts',
    fits: (node) => single(node) && node.type === 'Period',
    apply: (node) => {
      Object.assign(object(node), { start: '2020-02-02', end: '2020-02-01' });
      return node.at;
    },
  },
  {
    fault: 'a unit that is none',
    fits: (node) => single(node) && node.type === 'Quantity',
    apply: (node) => {
      Object.assign(object(node), { system: 'http://unitsofmeasure.org', code: 'no unit' });
      return `${node.at}.code`;
    },
  },
  {
    fault: 'a code that its system has not',
    fits: (node) => single(node) && node.type === 'Coding',
    apply: (node) => {
      Object.assign(object(node), { system: 'http://hl7.org/fhir/observation-status', code: 'no-such-code' });
      return `${node.at}.code`;
    },
  },
  {
    fault: 'a reference to what it must not point to',
    fits: (node) => single(node) && node.type === 'Reference' && isNarrow(node),
    apply: put('reference', 'SubstanceSpecification/1'),
  },
  {
    fault: 'a reference that is none',
    fits: (node) => single(node) && node.type === 'Reference',
    apply: put('reference', 'nowhere at all'),
  },
  {
    fault: 'a reference to what is not contained',
    fits: (node) => single(node) && node.type === 'Reference',
    apply: put('reference', '#nothing'),
  },
  {
    fault: 'a script in the narrative',
    fits: ({ type }) => type === 'Narrative',
    apply: (node) => {
      object(node).div = '<div xmlns="http://www.w3.org/1999/xhtml"><script>x()</script></div>';
      return `${node.at}.div`;
    },
  },
  {
    fault: 'an element with an id alone',
    fits: (node) =>
      single(node) && ['HumanName', 'CodeableConcept', 'Identifier', 'Period', 'Address'].includes(node.type),
    apply: (node) => {
      for (const name of Object.keys(object(node))) delete object(node)[name];
      object(node).id = 'a';
      return node.at;
    },
  },
  {
    fault: 'a contact point without a system',
    fits: (node) => single(node) && node.type === 'ContactPoint',
    apply: (node) => {
      object(node).value = '1';
      delete object(node).system;
      return node.at;
    },
  },
];

const examples = clinicalFiles()
  .map((file) => ({ file, resource: example(file) }))
  .filter(({ resource }) => JSON.stringify(resource).length <= LONGEST)
  .filter(({ resource }) => validateResource(resource).every(({ severity }) => severity !== 'error'));

function places(resource: JsonObject): (string | undefined)[] {
  return validateResource(resource)
    .filter(({ severity }) => severity === 'error')
    .map(({ expression }) => expression?.[0]);
}

describe('each clinical example, in depth', () => {
  test.each(FAULTS)('with $fault has that fault at its place', ({ fits, apply }) => {
    const broken = examples.flatMap(({ file, resource }, turn) => {
      const copy = structuredClone(resource);
      const nodes = typedNodes(copy).filter(fits);
      return nodes.length === 0 ? [] : [{ file, at: apply(nodes[(turn * 31) % nodes.length]!), copy }];
    });
    const missed = broken.filter(({ copy, at }) => !places(copy).includes(at));
    expect(broken.length).toBeGreaterThan(15);
    expect({
      share: 1 - missed.length / broken.length >= LEAST,
      missed: missed.map(({ file, at }) => `${file} ${at}`),
    }).toEqual({ share: true, missed: [] });
  });
});
