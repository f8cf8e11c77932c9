import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { StartError } from '../start-error.js';
import { Check } from './check.js';
import { clinicalExamples } from './clinical-examples.js';
import { FhirConnection } from './fhir-connection.js';
import type { ImportOptions } from './import-options.js';
import { defectFailures, knownDefects } from './known-defects.js';
import { load, WORKERS } from './load.js';
import { Progress } from './progress.js';
import type { SourceFile } from './read-sources.js';
import { report } from './report.js';

/**
 * Stores the resources of files, of the specification's examples, or both in a running server, prints what became of
 * them, and with `check` reads them back and verifies their receipts.
 *
 * A batch or transaction in a file of the user's is sent to be done. Every other Bundle is unpacked and its entries are stored one
 * by one: no references are rewritten. The Bundles among the examples are stored as they are.
 * @returns the exit code: 0 when nothing is left over, 1 when something is, 2 when there is nothing to do.
 * @throws StartError when the server cannot be reached, the token is refused, or a file cannot be read.
 */
export async function runImport(options: ImportOptions): Promise<number> {
  const files = sourceFiles(options);
  if (files.length === 0) {
    options.out.write('Nothing to import: name files, or use --examples\n');
    return 2;
  }
  const connection = new FhirConnection(options.base, options.token, options.parallel ?? WORKERS);
  try {
    return await importFiles(connection, files, options);
  } finally {
    connection.close();
  }
}

async function importFiles(connection: FhirConnection, files: SourceFile[], options: ImportOptions): Promise<number> {
  const check = options.check ? new Check(connection, options) : undefined;
  const defects = options.examples ? (options.knownDefects ?? knownDefects()) : {};
  const loading = new Progress(options.out, 'Loading', totalBytes(files));
  const loaded = await load(connection, files, loading, {
    remember: options.check || options.examples,
    ...(options.parallel === undefined ? {} : { parallel: options.parallel }),
  });
  loading.finish();

  const checked = await check?.run(loaded.stored);
  const failures = [...defectFailures(loaded, defects), ...(checked?.failures ?? [])];
  options.out.write(`\n${report(loaded, checked, defects, failures)}`);
  if (check)
    options.out.write(`receipts were verified against ${options.pinFile ?? join(options.dataDir, 'pin.json')}\n`);
  return failures.length === 0 ? 0 : 1;
}

function sourceFiles({ files, examples }: ImportOptions): SourceFile[] {
  return [
    ...(examples ? clinicalExamples().map((path) => ({ path, name: basename(path), unpack: false })) : []),
    ...files.flatMap(filesIn).map((path) => ({ path, name: path, unpack: true })),
  ];
}

/** A folder stands for what in it can be imported, in the order of the names. */
function filesIn(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => /\.(json|ndjson|jsonl)$/i.test(name))
    .toSorted()
    .map((name) => join(path, name));
}

/** Weight of all files; a missing file ends the import before anything is sent. */
function totalBytes(files: SourceFile[]): number {
  return files.reduce((sum, { path }) => sum + sizeOf(path), 0);
}

function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) throw new StartError(`${path} is no file.`);
  return found.size;
}
