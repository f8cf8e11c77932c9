// FHIR package, NPM layout: https://hl7.org/fhir/packages.html

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMembers, type Members, text } from '../document/json.js';
import { slimmed } from './slim.js';
import { archiveFiles } from './tar.js';

/** What a package holds, as its index beside the definitions says. */
export interface PackageIndex {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the definitions, in hex. */
  readonly digest: string;
  readonly dependencies: Readonly<Record<string, string>>;
  /** By resource type and URL: the version, and where in the file of definitions it stands. */
  readonly definitions: readonly PackagedDefinition[];
}

export interface PackagedDefinition {
  readonly type: 'StructureDefinition' | 'ValueSet' | 'CodeSystem';
  readonly url: string;
  readonly version?: string;
  readonly start: number;
  readonly length: number;
}

/** The file or folder is no FHIR package that can be used. */
export class PackageError extends Error {
  override readonly name = 'PackageError';
}

const NAME = /^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+$/;
const VERSION = /^[A-Za-z0-9][A-Za-z0-9.+-]{0,63}$/;

/**
 * Reads a FHIR package from a `.tgz` file or an unpacked folder and keeps its definitions in `folder`, over an older copy of the
 * same version. Its examples and all that is no profile, value set or code system are left out. Nothing is fetched: packages that
 * it depends on are added by themselves.
 * @throws PackageError for what is no package for FHIR R4; ArchiveError for a broken archive.
 */
export function addPackage(source: string, folder: string): PackageIndex {
  const files = new Map(packageFiles(source));
  const { name, version, dependencies } = manifest(files.get('package.json'));
  const definitions: PackagedDefinition[] = [];
  const lines: Buffer[] = [];
  let start = 0;
  for (const [path, content] of files) {
    const kept = path === 'package.json' ? undefined : definitionOf(parsed(content));
    if (!kept) continue;
    definitions.push({ ...kept.entry, start, length: kept.text.length });
    lines.push(kept.text);
    start += kept.text.length;
  }
  if (definitions.length === 0)
    throw new PackageError(`The package ${name} defines no profile, value set or code system`);
  const data = Buffer.concat(lines);
  const digest = createHash('sha256').update(data).digest('hex');
  const index: PackageIndex = { name, version, digest, dependencies, definitions };
  store(folder, `${name}-${version}`, data, JSON.stringify(index));
  return index;
}

/** The JSON files at the top of a package, by name. */
function* packageFiles(source: string): Generator<[string, Buffer]> {
  if (!statSync(source).isDirectory()) {
    for (const { path, content } of archiveFiles(readFileSync(source))) {
      const name = /^(?:\.\/)?package\/([^/]+\.json)$/.exec(path)?.[1];
      if (name !== undefined) yield [name, Buffer.from(content)];
    }
    return;
  }
  const names = readdirSync(source);
  const inner = names.includes('package.json') ? source : join(source, 'package');
  for (const name of readdirSync(inner).sort()) {
    if (name.endsWith('.json')) yield [name, readFileSync(join(inner, name))];
  }
}

function manifest(content: Buffer | undefined): Pick<PackageIndex, 'name' | 'version' | 'dependencies'> {
  const { name, version, dependencies, fhirVersions, 'fhir-version-list': list } = (content && parsed(content)) ?? {};
  if (typeof name !== 'string' || typeof version !== 'string' || !NAME.test(name) || !VERSION.test(version)) {
    throw new PackageError('There is no package.json with the name and version of a FHIR package');
  }
  const releases = [fhirVersions, list].find(Array.isArray) as unknown[] | undefined;
  if (releases && !releases.some((each) => String(each).startsWith('4.0'))) {
    throw new PackageError(`The package ${name} is for FHIR ${releases.join(', ')}, not for R4`);
  }
  return { name, version, dependencies: isMembers(dependencies) ? (dependencies as Record<string, string>) : {} };
}

function parsed(content: Buffer): Members | undefined {
  try {
    const value: unknown = JSON.parse(content.toString());
    return isMembers(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function definitionOf(resource: Members | undefined) {
  const url = resource && text(resource.url);
  const definition = resource && slimmed(resource);
  if (url === undefined || !definition) return undefined;
  const version = text(resource?.version);
  const type = resource?.resourceType as PackagedDefinition['type'];
  return {
    entry: { type, url, ...(version === undefined ? {} : { version }) },
    text: Buffer.from(`${JSON.stringify(definition)}\n`),
  };
}

/** The index comes last: without it there is no package. */
function store(folder: string, name: string, data: Buffer, index: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of [
    [`${name}.ndjson`, data],
    [`${name}.index.json`, index],
  ] as const) {
    writeFileSync(join(folder, `${file}.new`), content);
    renameSync(join(folder, `${file}.new`), join(folder, file));
  }
}
