import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** `../generated` lies beside `src` in the repository and in the built tree alike. */
const folder = new URL('../generated/', import.meta.url);

/** Reads one part of the snapshot when it is first asked for, and keeps it. */
export function generatedPart<T>(name: string): () => T {
  let part: T | undefined;
  return () => {
    part ??= JSON.parse(gunzipSync(readFileSync(new URL(`${name}.json.gz`, folder))).toString()) as T;
    return part;
  };
}

/** A small text of the snapshot, read at once. */
export function generatedText(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8').trim();
}
