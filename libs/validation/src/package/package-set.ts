import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeSystem, Profile, ValueSetDefinition } from '#libs/fhir-definitions';
import type { DefinitionSource } from '../definitions.js';
import type { PackagedDefinition, PackageIndex } from './add-package.js';

const INDEX = '.index.json';

/**
 * The packages kept in a folder. Only their indexes are in memory; a definition is read when it is asked for, and kept ready by
 * those who asked. Of a URL that several packages define, the one of the package last in the order of names counts.
 */
export class PackageSet implements DefinitionSource {
  readonly packages: readonly PackageIndex[];
  /** Names all packages and what is in them; empty without any. */
  readonly version: string;
  private readonly places = new Map<string, { file: string; definition: PackagedDefinition }>();

  constructor(folder: string) {
    this.packages = names(folder).map(
      (name) => JSON.parse(readFileSync(join(folder, name + INDEX), 'utf8')) as PackageIndex,
    );
    this.version = nameOf(this.packages);
    for (const { name, version, definitions } of this.packages) {
      const file = join(folder, `${name}-${version}.ndjson`);
      for (const definition of definitions)
        this.places.set(`${definition.type} ${definition.url}`, { file, definition });
    }
  }

  profile(url: string): Profile | undefined {
    return this.read('StructureDefinition', url);
  }

  valueSet(url: string): ValueSetDefinition | undefined {
    return this.read('ValueSet', url);
  }

  codeSystem(url: string): CodeSystem | undefined {
    return this.read('CodeSystem', url);
  }

  private read<T>(type: PackagedDefinition['type'], url: string): T | undefined {
    const place = this.places.get(`${type} ${url}`);
    if (!place) return undefined;
    const { start, length } = place.definition;
    const text = Buffer.alloc(length);
    const file = openSync(place.file, 'r');
    try {
      readSync(file, text, 0, length, start);
    } finally {
      closeSync(file);
    }
    return JSON.parse(text.toString()) as T;
  }
}

function nameOf(packages: readonly PackageIndex[]): string {
  if (packages.length === 0) return '';
  const hash = createHash('sha256');
  for (const { name, version, digest } of packages) hash.update(`${name}@${version} ${digest}\n`);
  return hash.digest('hex').slice(0, 16);
}

/** Takes a package out of a folder; false if it is not there. */
export function removePackage(folder: string, name: string, version: string): boolean {
  const file = join(folder, `${name}-${version}`);
  if (!names(folder).includes(`${name}-${version}`)) return false;
  rmSync(file + INDEX);
  rmSync(`${file}.ndjson`, { force: true });
  return true;
}

function names(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(INDEX));
  return files.map((name) => name.slice(0, -INDEX.length)).sort();
}
