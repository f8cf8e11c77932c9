// FHIR R4 operationdefinition.html: the parameters of our operations, as fhir-profiles has them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface OperationDefinition {
  readonly url: string;
  readonly title: string;
  readonly description: string;
  readonly parameter?: readonly OperationParameter[];
}

export interface OperationParameter {
  readonly name: string;
  readonly use: 'in' | 'out';
  readonly min: number;
  readonly max: string;
  readonly documentation: string;
  readonly type?: string;
}

/** All of them by their URL. */
export function operationDefinitions(): ReadonlyMap<string, OperationDefinition> {
  const folder = folderAbove(import.meta.dirname);
  const all = readdirSync(folder).map(
    (file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as OperationDefinition,
  );
  return new Map(all.map((one) => [one.url, one]));
}

/** Beside the sources, and beside what is built of them. */
function folderAbove(start: string): string {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    const found = join(folder, 'fhir-profiles', 'operation-definitions');
    if (existsSync(found)) return found;
  }
  throw new Error('fhir-profiles/operation-definitions is not there');
}
