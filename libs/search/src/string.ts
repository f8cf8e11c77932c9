// FHIR R4, section 3.1.1.4.8 "string".
import { isSubtype, type PathResult } from '#libs/fhir-path';
import { normalise } from './normalise.js';
import type { RowSink } from './row-sink.js';
import { listOf } from './term.js';

/** Longest normalised text in one row; the b-tree takes rows of up to 2,700 bytes. */
export const LONGEST_STRING = 256;

/** Longest text that `:contains` can look for: every such part of a long text stands whole in some row. */
export const LONGEST_PART = LONGEST_STRING / 2;

/** Rows for what lies behind the first; beyond 64 K characters a text is not looked at. */
const MOST_TAILS = 511;

const HUMAN_NAME = ['text', 'family', 'given', 'prefix', 'suffix'];
const ADDRESS = ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'];

/** The texts a value is found by: each part of a name or an address for itself. */
export function stringValues({ value, type }: PathResult): string[] {
  if (typeof value === 'string') return isSubtype(type, 'string') || isSubtype(type, 'uri') ? [value] : [];
  if (type === 'HumanName') return members(value, HUMAN_NAME);
  if (type === 'Address') return members(value, ADDRESS);
  return [];
}

function members(value: unknown, names: string[]): string[] {
  const object = value as Record<string, unknown>;
  return names
    .flatMap((name) => listOf(object[name]))
    .filter((one): one is string => typeof one === 'string' && one !== '');
}

/** `prefix` names the element, or what a composite has matched before. */
export function stringRows(sink: RowSink, prefix: readonly string[], text: string): void {
  sink.hash(...prefix, 'exact', text);
  const characters = Array.from(normalise(text));
  sink.string([...prefix, 'string'], characters.slice(0, LONGEST_STRING).join(''));
  const tails = Math.min(MOST_TAILS, Math.ceil(characters.length / LONGEST_PART) - 2);
  for (let tail = 1; tail <= tails; tail++) {
    const start = tail * LONGEST_PART;
    sink.string([...prefix, 'string-tail'], characters.slice(start, start + LONGEST_STRING).join(''));
  }
}
