// Makes what libs/fhir-definitions and libs/validation load at run time from the official FHIR R4 definitions:
// libs/fhir-definitions/generated (slimmed definitions) and libs/validation/generated (validator code).
// Does nothing when neither the packages nor these scripts changed. Node 24: `node scripts/build-definitions.mjs [--force]`.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { snapshotParts, writeSnapshot } from './definitions/snapshot.mjs';
import { packageVersions, sha256 } from './definitions/source.mjs';
import { writeValidators } from './definitions/validators.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = [join(root, 'libs/fhir-definitions/generated'), join(root, 'libs/validation/generated')];

/** True when something was made, false when everything was up to date. */
export async function buildDefinitions({ force = false } = {}) {
  const stamp = inputs();
  if (!force && folders.every((folder) => stampOf(folder) === stamp)) return false;
  const parts = snapshotParts();
  writeSnapshot(parts, folders[0]);
  writeValidators(parts, folders[1]);
  for (const folder of folders) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'stamp'), stamp);
  }
  return true;
}

function inputs() {
  const scripts = join(root, 'scripts/definitions');
  const sources = readdirSync(scripts)
    .sort()
    .map((name) => readFileSync(join(scripts, name), 'utf8'));
  return sha256(...packageVersions(), ...sources);
}

function stampOf(folder) {
  const file = join(folder, 'stamp');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const made = await buildDefinitions({ force: process.argv.includes('--force') });
  process.stdout.write(made ? 'definitions: made\n' : 'definitions: up to date\n');
}
