import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ArchiveError, addPackage, PackageError, PackageSet, removePackage } from '#libs/validation';
import { readConfig } from '../config.js';
import { StartError } from '../start-error.js';

/** Where an installation keeps the FHIR packages that its server validates against. */
export function packagesFolder(dataDir: string): string {
  return join(dataDir, 'packages');
}

/** Adds a package, and says what is in it and what it needs beside. */
export function add(source: string, dataDir: string): string {
  if (!existsSync(source)) throw new StartError(`There is no file or folder ${source}.`);
  const { name, version, definitions, dependencies } = read(source, packagesFolder(dataDir));
  const held = new Set(new PackageSet(packagesFolder(dataDir)).packages.map((each) => each.name));
  const missing = Object.entries(dependencies).filter(([needed]) => needed !== 'hl7.fhir.r4.core' && !held.has(needed));
  const lines = [
    `Added ${name} ${version}: ${definitions.length} profiles, value sets and code systems. The server uses it from its next start.`,
  ];
  for (const [needed, release] of missing) {
    lines.push(`It builds on ${needed} ${release}, which is not added: what is defined there is not checked.`);
  }
  return `${lines.join('\n')}\n`;
}

/** One line a package. */
export function list(dataDir: string): string {
  const { packages } = new PackageSet(packagesFolder(dataDir));
  if (packages.length === 0) return 'No package is added; resources are validated against FHIR R4 alone.\n';
  return packages
    .map(({ name, version, definitions }) => `${name} ${version}  ${definitions.length} definitions\n`)
    .join('');
}

/** Takes a package out again, `name@version`. */
export function remove(nameAndVersion: string, dataDir: string): string {
  const [name = '', version = ''] = nameAndVersion.split('@');
  if (!removePackage(packagesFolder(dataDir), name, version)) {
    throw new StartError(
      `There is no package ${nameAndVersion}: package list names those that are added, as name and version.`,
    );
  }
  return `Removed ${name} ${version}. The server is without it from its next start.\n`;
}

function read(source: string, folder: string) {
  try {
    return addPackage(source, folder);
  } catch (error) {
    if (error instanceof PackageError || error instanceof ArchiveError) throw new StartError(`${error.message}.`);
    throw error;
  }
}

function say(text: string): void {
  process.stdout.write(text);
}

/** `package add FILE`, `package list`, `package remove NAME@VERSION`: the FHIR packages that resources are validated against. */
export function packageCommand(command: Command): Command {
  command
    .command('add')
    .description('add a FHIR package from a .tgz file or an unpacked folder')
    .argument('<file>', 'as `npm pack hl7.fhir.uv.ips@2.0.0` or packages.fhir.org gives it')
    .action((file: string) => say(add(file, readConfig().dataDir)));
  command
    .command('list')
    .description('list the packages that are added')
    .action(() => say(list(readConfig().dataDir)));
  command
    .command('remove')
    .description('take a package out again')
    .argument('<package>', 'name@version')
    .action((name: string) => say(remove(name, readConfig().dataDir)));
  return command;
}
