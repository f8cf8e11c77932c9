import { once } from 'node:events';
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Generated } from './generate.js';

/** How transactions lie in a folder: a file each, or a line each in two files. */
export type Layout = 'bundles' | 'ndjson';

/**
 * Writes transactions into a folder, no faster than the disk takes them. Files are named so that in the order of their names the
 * hospitals come first. `done` hears of each one.
 */
export async function writeFiles(
  transactions: Iterable<Generated>,
  folder: string,
  layout: Layout,
  done: (one: Generated) => void,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const lines = new Map<string, WriteStream>();
  for (const one of transactions) {
    const isFirst = one.name === 'hospitals';
    if (layout === 'bundles') await writeFile(join(folder, `${isFirst ? '0-' : ''}${one.name}.json`), one.text);
    else await writeLine(lines, join(folder, isFirst ? '0-hospitals.ndjson' : 'patients.ndjson'), one.text);
    done(one);
  }
  for (const stream of lines.values()) {
    stream.end();
    await finished(stream);
  }
}

async function writeLine(open: Map<string, WriteStream>, path: string, text: string): Promise<void> {
  const stream = open.get(path) ?? createWriteStream(path);
  open.set(path, stream);
  if (!stream.write(`${text}\n`)) await once(stream, 'drain');
}
