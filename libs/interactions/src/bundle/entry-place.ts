// FHIR R4, OperationOutcome: line and column of an issue are those in the whole text as sent, also where an entry was read alone.
import { FhirError } from '#libs/fhir-model';
import type { ReceivedBundle } from './process.js';

interface Place {
  readonly line: number;
  readonly column: number;
}

/** A refusal of what was read from the text of one entry, its places now those in the text of the Bundle. */
export function placedInBundle(error: unknown, bundle: ReceivedBundle, index: number): unknown {
  if (!(error instanceof FhirError) || error.issues.every(({ line }) => line === undefined)) return error;
  const start = startOf(bundle, index);
  const issues = error.issues.map(({ line, column, ...issue }) => {
    if (line === undefined || column === undefined) return issue;
    const isFirst = line === 1;
    return { ...issue, line: start.line + line - 1, column: isFirst ? start.column + column - 1 : column };
  });
  return new FhirError(error.status, issues, error.headers);
}

/** Where entries begin, as far as was asked: the text is read once, however many entries are refused. */
const known = new WeakMap<ReceivedBundle, Place[]>();

function startOf(bundle: ReceivedBundle, index: number): Place {
  const places = known.get(bundle) ?? [];
  known.set(bundle, places);
  const { bytes, entries } = bundle;
  for (let next = places.length; next <= index; next++) {
    const from = next === 0 ? 0 : entries[next - 1]!.start;
    places.push(after(places[next - 1] ?? { line: 1, column: 1 }, bytes.subarray(from, entries[next]!.start)));
  }
  return places[index]!;
}

/** Columns are UTF-16 units: a character of four bytes of UTF-8 is two. */
function after({ line, column }: Place, bytes: Uint8Array): Place {
  for (const byte of bytes) {
    if (byte === 0x0a) {
      line++;
      column = 1;
    } else if (byte >= 0xf0) column += 2;
    else if ((byte & 0xc0) !== 0x80) column++;
  }
  return { line, column };
}
