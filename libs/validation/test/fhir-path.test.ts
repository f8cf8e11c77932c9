import { describe, expect, test } from '@jest/globals';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import type { JsonObject } from '#libs/fhir-json';
import { validate, validateResource } from '#libs/validation';
import { clinicalFiles, example } from './example.js';
import { typedNodes } from './typed-nodes.js';

/** Marks an object of the resource with an element that does not exist. */
function marked(file: string, turn: number): JsonObject {
  const copy = example(file);
  const objects = typedNodes(copy).filter(({ value, isList }) => typeof value === 'object' && !isList);
  const { value } = objects[(turn * 17) % objects.length]!;
  (value as JsonObject).somethingElse = 'mark';
  return copy;
}

describe('an expression', () => {
  test('leads a FHIRPath engine to the element at fault', () => {
    const lost = clinicalFiles().flatMap((file, turn) => {
      if (turn % 5 !== 0 || JSON.stringify(example(file)).length > 50_000) return [];
      const resource = marked(file, turn);
      const [issue] = validate(resource.resourceType as string, resource);
      const found = fhirpath.evaluate(resource, issue!.expression![0]!, {}, r4) as JsonObject[];
      return found.length === 1 && found[0]!.somethingElse === 'mark' ? [] : [{ file, issue, found: found.length }];
    });
    expect(lost).toEqual([]);
  });

  test('of every issue in depth leads to one element', () => {
    const lost = clinicalFiles().flatMap((file, turn) => {
      const resource = example(file);
      if (turn % 4 !== 0 || JSON.stringify(resource).length > 50_000) return [];
      return validateResource(resource).flatMap(({ expression: [path = ''] = [] }) => {
        const found = fhirpath.evaluate(resource, path, {}, r4) as unknown[];
        return found.length === 1 ? [] : [`${file} ${path} ${found.length}`];
      });
    });
    expect(lost).toEqual([]);
  });
});
