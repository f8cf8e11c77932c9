// FHIR R4 xml.html and json.html: the two representations say the same of every official example.
import { expect, test } from '@jest/globals';
import { parse } from '#libs/fhir-json';
import { toJson, toXml } from '#libs/fhir-xml';
import { exampleNamed, exampleNames, kept } from './example-files.js';

test('JSON to XML to JSON gives every official example again, but for line ends and outer white space of narratives', () => {
  expect(exampleNames().length).toBeGreaterThan(5000);
  const different = exampleNames().filter((name) => {
    const document = exampleNamed(name);
    try {
      const again = parse(Buffer.from(toJson(Buffer.from(toXml(document)))));
      expect(kept(again)).toEqual(kept(document));
      return false;
    } catch (error) {
      process.stderr.write(`${name} ${String(error).slice(0, 500)}\n`);
      return true;
    }
  });
  expect(different).toEqual([]);
}, 600_000);
