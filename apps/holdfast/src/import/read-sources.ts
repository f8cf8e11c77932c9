import { readFile } from 'node:fs/promises';
import { JsonError, type JsonObject, parse } from '#libs/fhir-json';
import { entryResources } from './bundle-entries.js';
import { bundleProcess } from './bundle-process.js';
import { ndjsonLines } from './ndjson-lines.js';
import type { SourceItem } from './source-item.js';

/**
 * A file to import: what to call its content in messages, and whether its Bundles are done (batch, transaction) or unpacked (all
 * others), or stored whole.
 */
export interface SourceFile {
  path: string;
  name: string;
  unpack: boolean;
}

/** Everything in `files`, in order, reading one resource (or one file that is no NDJSON) at a time. */
export async function* readSources(files: SourceFile[]): AsyncGenerator<SourceItem> {
  for (const file of files) yield* /\.(ndjson|jsonl)$/i.test(file.path) ? readLines(file) : readWhole(file);
}

async function* readLines({ path, name, unpack }: SourceFile): AsyncGenerator<SourceItem> {
  for await (const line of ndjsonLines(path)) yield* itemsOf(line.bytes, `${name}:${line.number}`, unpack);
}

async function* readWhole({ path, name, unpack }: SourceFile): AsyncGenerator<SourceItem> {
  yield* itemsOf(await readFile(path), name, unpack);
}

function* itemsOf(bytes: Uint8Array, name: string, unpack: boolean): Generator<SourceItem> {
  const process = unpack ? bundleProcess(bytes) : undefined;
  if (process !== undefined) {
    yield { name, process, bytes };
    return;
  }
  const item = itemOf(bytes, name);
  if (!unpack || !('type' in item) || item.type !== 'Bundle') {
    yield item;
    return;
  }
  let number = 0;
  for (const text of entryResources(new TextDecoder().decode(bytes))) {
    yield itemOf(Buffer.from(text), `${name}#${++number}`);
  }
}

function itemOf(bytes: Uint8Array, name: string): SourceItem {
  try {
    const { resourceType, id } = parse(bytes).value as Partial<JsonObject>;
    if (typeof resourceType !== 'string' || !/^[A-Z][A-Za-z]*$/.test(resourceType)) {
      return { name, reason: 'there is no resourceType', bytes };
    }
    return { name, type: resourceType, bytes, ...(typeof id === 'string' && id !== '' ? { id } : {}) };
  } catch (error) {
    if (error instanceof JsonError) return { name, reason: error.message, bytes };
    if (error instanceof TypeError) return { name, reason: 'there is no object', bytes };
    throw error;
  }
}
