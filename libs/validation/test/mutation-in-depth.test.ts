import { describe, expect, test } from '@jest/globals';
import { missedOf, validExamples } from './broken-examples.js';
import { FAULTS } from './mutation-in-depth.js';

const examples = validExamples();

describe('each clinical example, in depth', () => {
  test.each(FAULTS)('with $fault has that fault at its place', (fault) => {
    const { made, missed } = missedOf(examples, fault, 0);
    expect(made).toBeGreaterThan(5);
    expect(missed).toEqual([]);
  });
});
