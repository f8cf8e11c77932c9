// FHIR R4 http.html#transaction and search.html#summary: the pure parts
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from '#libs/fhir-json';
import { FhirError } from '#libs/fhir-model';
import { inOrder } from '../src/bundle/order.js';
import { scanBundle } from '../src/bundle/scan.js';
import { entryTarget } from '../src/bundle/target.js';
import { rewriteLinks } from '../src/references/rewrite.js';
import { pretty } from '../src/representation/pretty.js';
import { subset } from '../src/representation/subset.js';

const document = (text: string) => parse(Buffer.from(text));
const json = fc.jsonValue({ maxDepth: 4 });

describe('scanBundle', () => {
  test('finds every entry as its text, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(json), fc.boolean(), fc.string(), async (entries, isPretty, id) => {
        const text = JSON.stringify({ id, entry: entries, type: 'batch' }, null, isPretty ? 2 : 0);
        const bytes = Buffer.from(text);
        const found = await scanBundle(bytes, 1000);
        const parts = found.entries.map(({ start, end }) => JSON.parse(bytes.toString('utf8', start, end)) as unknown);
        expect(parts).toEqual(JSON.parse(JSON.stringify(entries)));
        expect(JSON.parse(found.head.toString())).toMatchObject({ id, type: 'batch' });
      }),
    );
  });

  test('takes or refuses any bytes, and never fails otherwise', async () => {
    const pieces = fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', 'entry', '"entry"', '1', ' ', '{}', 'null');
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 30 }), async (parts) => {
        try {
          await scanBundle(Buffer.from(parts.join('')), 5);
        } catch (error) {
          expect(error).toBeInstanceOf(FhirError);
        }
      }),
    );
  });
});

describe('rewriteLinks', () => {
  const URN = 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a';
  const toPatient = (link: string) => (link === URN ? 'Patient/1' : undefined);

  test('returns the same document where nothing is replaced', () => {
    const same = document('{"resourceType":"Patient","link":[{"other":{"reference":"Patient/2"}}]}');
    expect(rewriteLinks(same, toPatient)).toBe(same);
  });

  test('replaces links and nothing else, byte for byte', () => {
    const text =
      `{"resourceType":"Observation","valueQuantity":{"value":1.0E-2},"note":[{"text":"${URN} \\u00e9\\/"}],` +
      `"subject":{"display":"${URN}","reference":"${URN}"},"hasMember":[{"reference":"${URN}"},{"reference":"Patient/9"}],` +
      `"extension":[{"url":"${URN}","valueUrl":"${URN}"},{"extension":[{"url":"x","valueReference":{"reference":"${URN}"}}],"url":"y"}]}`;
    const expected = text
      .replaceAll(`"reference":"${URN}"`, '"reference":"Patient/1"')
      .replace(`"valueUrl":"${URN}"`, '"valueUrl":"Patient/1"')
      .replace(`"url":"${URN}"`, '"url":"Patient/1"');
    expect(rewriteLinks(document(text), toPatient).text).toBe(expected);
  });

  test('reaches into contained resources, lists of primitives and narratives with either quote', () => {
    const text =
      `{"resourceType":"List","contained":[{"resourceType":"Patient","link":[{"other":{"reference":"${URN}"}}]}],` +
      `"text":{"div":"<div><a href=\\"${URN}\\"/><img src='${URN}#f'/>href ${URN}</div>"}}`;
    const asked: string[] = [];
    rewriteLinks(document(text), (link) => {
      asked.push(link);
      return undefined;
    });
    expect(asked).toEqual([URN, URN, `${URN}#f`]);
  });
});

describe('an entry', () => {
  test('is processed after those that go first, else in the order of the Bundle', () => {
    expect(inOrder(['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'POST', '?'])).toEqual([3, 2, 5, 1, 4, 0, 6]);
  });

  test.each([
    ['Patient', { type: 'Patient' }],
    ['Patient/1', { type: 'Patient', id: '1' }],
    ['Patient?a=b', { type: 'Patient', search: 'a=b' }],
    ['Patient/1/_history/2', { type: 'Patient', id: '1', version: '2' }],
    ['Patient/_history', { type: 'Patient', tail: '_history' }],
    ['_history', { tail: '_history' }],
    ['Patient/1/$everything', { type: 'Patient', id: '1', tail: '$everything' }],
  ])('%s is understood', (url, target) => {
    expect(entryTarget(url)).toEqual(target);
  });

  test('with any other url is refused with 400 or 404', () => {
    for (const url of ['Nonsense/1', 'Patient/a_b', 'Patient/1/2', 'Patient/1/_history/2/3', 'http:Patient', '//x']) {
      expect(() => entryTarget(url)).toThrow(FhirError);
    }
    fc.assert(
      fc.property(fc.string(), (url) => {
        try {
          entryTarget(url);
        } catch (error) {
          expect([400, 404]).toContain((error as FhirError).status);
        }
      }),
    );
  });
});

describe('pretty and subset', () => {
  test('pretty is the same JSON', () => {
    fc.assert(
      fc.property(json, (value) =>
        expect(JSON.parse(pretty(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value))),
      ),
    );
    expect(pretty('{"a":[],"b":{},"c":[1.0,"x:{}"]}')).toBe(
      '{\n  "a": [],\n  "b": {},\n  "c": [\n    1.0,\n    "x:{}"\n  ]\n}',
    );
  });

  test('a part says that it is one, in the meta that it has', () => {
    const patient = (meta: string) => `{"resourceType":"Patient","id":"1","meta":${meta},"gender":"male"}`;
    for (const meta of ['{"versionId":"1"}', '{}', '{"tag":[{"code":"a"}],"versionId":"1"}']) {
      const part = JSON.parse(subset(patient(meta), { elements: new Set(['birthDate']) })) as {
        meta: { tag: { code: string }[] };
      };
      expect(Object.keys(part)).toEqual(['resourceType', 'id', 'meta']);
      expect(part.meta.tag.at(-1)?.code).toBe('SUBSETTED');
    }
  });
});
