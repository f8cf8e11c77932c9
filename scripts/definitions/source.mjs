import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The release of FHIR that is taken; the package holds examples and drafts of others beside it. */
export const FHIR_VERSION = '4.0.1';

const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));

/**
 * HL7's own package of every instance that FHIR R4 publishes, its definitions among them. Other packages of definitions
 * add elements and types of their own, which a validator that promises R4 must not accept.
 */
const folder = join(packages, 'hl7.fhir.r4.examples');

let files;

/** All instances of a resource type. */
export function official(type) {
  files ??= readdirSync(folder).sort();
  return files
    .filter((name) => name.startsWith(`${type}-`) && name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

/** Changes when a package that the output depends on has another version. */
export function packageVersions() {
  return ['hl7.fhir.r4.examples', 'ajv'].map((name) => {
    const { version } = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'));
    return `${name}@${version}`;
  });
}

export function sha256(...texts) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  return hash.digest('hex');
}
