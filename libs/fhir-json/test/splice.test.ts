// FHIR R4, section 2.26.3.0 "Resource": id, meta.versionId and meta.lastUpdated belong to the server.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse, splice } from '#libs/fhir-json';
import { json, name } from './generators.js';

const assigned = { id: 'b', versionId: '2', lastUpdated: '2026-11-21T09:30:00.250Z' };
const spliced = (text: string) => Buffer.from(splice(parse(Buffer.from(text)), assigned)).toString();
const META = '"versionId":"2","lastUpdated":"2026-11-21T09:30:00.250Z"';

describe('splice', () => {
  test.each([
    [
      'puts both behind resourceType',
      '{"resourceType":"X","a":1.00}',
      `{"resourceType":"X","id":"b","meta":{${META}},"a":1.00}`,
    ],
    [
      'puts meta behind an id that is there',
      '{"a":1,"id":"c","resourceType":"X"}',
      `{"a":1,"id":"b","meta":{${META}},"resourceType":"X"}`,
    ],
    [
      'puts an id behind resourceType and keeps meta where it is',
      '{"meta":{},"resourceType":"X"}',
      `{"meta":{${META}},"resourceType":"X","id":"b"}`,
    ],
    ['puts both at the head where there is no resourceType', '{"a":1}', `{"id":"b","meta":{${META}},"a":1}`],
    ['fills an empty object', '{}', `{"id":"b","meta":{${META}}}`],
    [
      'keeps what the client said in meta',
      '{"id":"c","meta":{"tag":[{"code":"t"}],"source":"s"}}',
      `{"id":"b","meta":{${META},"tag":[{"code":"t"}],"source":"s"}}`,
    ],
    [
      'replaces in place',
      '{"id":"c","meta":{"lastUpdated":"x","tag":[],"versionId":"y"}}',
      '{"id":"b","meta":{"lastUpdated":"2026-11-21T09:30:00.250Z","tag":[],"versionId":"2"}}',
    ],
    [
      'adds the one that is missing',
      '{"id":"c","meta":{"source":"s","lastUpdated":"x"}}',
      '{"id":"b","meta":{"versionId":"2","source":"s","lastUpdated":"2026-11-21T09:30:00.250Z"}}',
    ],
    [
      'knows names by their meaning',
      '{"\\u0069d":"c","m\\u0065ta":{"source":"}{\\"id\\":"}}',
      `{"\\u0069d":"b","m\\u0065ta":{${META},"source":"}{\\"id\\":"}}`,
    ],
    [
      'leaves the same names inside other elements alone',
      '{"id":"c","x":{"id":"q","meta":{"versionId":"r"}}}',
      `{"id":"b","meta":{${META}},"x":{"id":"q","meta":{"versionId":"r"}}}`,
    ],
    [
      'leaves the siblings of primitives alone',
      '{"_id":{"extension":[]},"id":"c","meta":{"_versionId":{}}}',
      `{"_id":{"extension":[]},"id":"b","meta":{${META},"_versionId":{}}}`,
    ],
  ])('%s', (_, text, expected) => {
    expect(spliced(text)).toBe(expected);
  });

  test.each(['{"meta":null}', '{"meta":[]}', '{"meta":"{}"}'])('refuses %s, whose meta is no object', (text) => {
    expect(() => spliced(text)).toThrow(new TypeError('meta must be an object'));
  });

  test.each(['[]', '1', '"{"'])('refuses %s, which is no object', (text) => {
    expect(() => spliced(text)).toThrow(TypeError);
  });
});

const object = fc.dictionary(
  fc.oneof(fc.constantFrom('id', 'resourceType', '\u{1F600}"\\'), name).filter((text) => text !== 'meta'),
  json,
);
const meta = fc.record(
  { tag: fc.array(fc.string({ unit: 'grapheme' })), versionId: fc.string(), lastUpdated: fc.string() },
  { requiredKeys: [] },
);
const resource = fc.tuple(object, fc.option(meta, { nil: undefined }), fc.boolean()).map(([rest, ofMeta, first]) => {
  if (ofMeta === undefined) return rest;
  return first ? { meta: ofMeta, ...rest } : { ...rest, meta: ofMeta };
});
const anyResource = resource.map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>);

describe('for every object', () => {
  test('splicing sets the three and changes nothing else', () => {
    fc.assert(
      fc.property(anyResource, (value) => {
        const client = value as { meta?: object };
        const { id, versionId, lastUpdated } = assigned;
        expect(JSON.parse(spliced(JSON.stringify(value)))).toEqual({
          ...value,
          id,
          meta: { ...client.meta, versionId, lastUpdated },
        });
      }),
    );
  });

  test('splicing twice is splicing once', () => {
    fc.assert(
      fc.property(anyResource, (value) => {
        const once = spliced(JSON.stringify(value));
        expect(spliced(once)).toBe(once);
      }),
    );
  });
});
