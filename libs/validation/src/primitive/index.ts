import { base64Binary } from './base64-binary.js';
import { date, dateTime, instant, time } from './date-time.js';
import { boolean, decimal, integer, positiveInt, unsignedInt } from './number.js';
import type { Primitive } from './primitive.js';
import { code, id, markdown, string, xhtml } from './text.js';
import { canonical, oid, uri, url, uuid } from './uri.js';

export type { Primitive } from './primitive.js';

/** Every primitive type of FHIR R4 by its name. */
export const primitives = {
  base64Binary,
  boolean,
  canonical,
  code,
  date,
  dateTime,
  decimal,
  id,
  instant,
  integer,
  markdown,
  oid,
  positiveInt,
  string,
  time,
  unsignedInt,
  uri,
  url,
  uuid,
  xhtml,
} as const satisfies Record<string, Primitive>;

export type PrimitiveName = keyof typeof primitives;
