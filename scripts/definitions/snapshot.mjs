import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { profiles } from './profiles.mjs';
import { compartments, searchParameters } from './search-parameters.mjs';
import { FHIR_VERSION, sha256 } from './source.mjs';
import { structures } from './structures.mjs';
import { codeSystems, valueSetDefinitions } from './terminology.mjs';
import { requiredValueSets } from './value-sets.mjs';

/** All parts of the slimmed definitions, by the name libs/fhir-definitions knows them by. */
export function snapshotParts() {
  const types = structures();
  return {
    structures: types,
    'search-parameters': searchParameters(),
    compartments: compartments(),
    'value-sets': requiredValueSets(types),
    'value-set-definitions': valueSetDefinitions(),
    'code-systems': codeSystems(),
    profiles: profiles(),
  };
}

/** Writes the parts, each compressed, and the name of them all. */
export function writeSnapshot(parts, folder) {
  mkdirSync(folder, { recursive: true });
  const texts = Object.entries(parts).map(([name, part]) => [name, JSON.stringify(part)]);
  for (const [name, text] of texts) writeFileSync(join(folder, `${name}.json.gz`), gzipSync(text, { level: 9 }));
  const digest = sha256(...texts.flat()).slice(0, 16);
  writeFileSync(join(folder, 'version.txt'), `${FHIR_VERSION}-${digest}\n`);
}
