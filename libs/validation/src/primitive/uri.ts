// FHIR R4, section 2.24.0.1 "Primitive Types": uri, url, canonical, oid, uuid.
import { isWritable } from './characters.js';
import type { Primitive } from './primitive.js';

const UNBROKEN = /^[^ \t\r\n]+$/;
const OID = /^urn:oid:[0-2]\.[\d.]+$/;
const BAD_ARC = /\.(?:\.|$|0\d)/;
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const uri: Primitive = matching(UNBROKEN, 'a URI: not empty and without spaces');
export const url: Primitive = matching(UNBROKEN, 'a URL: not empty and without spaces');
export const canonical: Primitive = matching(UNBROKEN, 'a canonical URL: not empty and without spaces');
export const oid: Primitive = {
  json: 'string',
  check: (value) => typeof value === 'string' && OID.test(value) && !BAD_ARC.test(value),
  expected: 'an OID as a URI, such as urn:oid:1.2.3.4',
};
export const uuid: Primitive = matching(UUID, 'a UUID as a URI in lower case, urn:uuid:...');

function matching(pattern: RegExp, expected: string): Primitive {
  const check = (value: unknown) => typeof value === 'string' && pattern.test(value) && isWritable(value);
  return { json: 'string', check, expected };
}
