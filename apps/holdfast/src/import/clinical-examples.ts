// FHIR R4, the package hl7.fhir.r4.examples: the specification's example resources, named [type]-[id].json.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StartError } from '../start-error.js';
import { entryResources } from './bundle-entries.js';

/**
 * The types of the modules Conformance and Terminology of the specification's resource list. Their examples are the
 * specification itself (4,587 of its 5,306 files); all other modules describe care, its administration and payment.
 */
const DEFINITIONAL: ReadonlySet<string> = new Set([
  'CapabilityStatement',
  'CodeSystem',
  'CompartmentDefinition',
  'ConceptMap',
  'ExampleScenario',
  'GraphDefinition',
  'ImplementationGuide',
  'MessageDefinition',
  'NamingSystem',
  'OperationDefinition',
  'SearchParameter',
  'StructureDefinition',
  'StructureMap',
  'TerminologyCapabilities',
  'ValueSet',
]);

const EXAMPLE = /^([A-Z][A-Za-z]*)-.+\.json$/;
const RESOURCE_TYPE = /"resourceType"\s*:\s*"([A-Za-z]+)"/;

/**
 * Paths of the clinical instances among the examples: every type but the definitional ones, without the Bundles in which
 * every resource is definitional (`Bundle-valuesets.json` and its like).
 * @throws StartError when the package is not installed: it is a development dependency.
 */
export function clinicalExamples(): string[] {
  const folder = packageFolder();
  return readdirSync(folder)
    .filter((file) => isClinical(file, folder))
    .toSorted()
    .map((file) => join(folder, file));
}

function packageFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('hl7.fhir.r4.examples/package.json'));
  } catch {
    throw new StartError('The examples need the development dependency hl7.fhir.r4.examples.');
  }
}

function isClinical(file: string, folder: string): boolean {
  const type = EXAMPLE.exec(file)?.[1];
  if (type === undefined || DEFINITIONAL.has(type)) return false;
  return type !== 'Bundle' || !isDefinitionalBundle(readFileSync(join(folder, file), 'utf8'));
}

function isDefinitionalBundle(text: string): boolean {
  let resources = 0;
  for (const resource of entryResources(text)) {
    resources++;
    if (!DEFINITIONAL.has(RESOURCE_TYPE.exec(resource)?.[1] ?? '')) return false;
  }
  return resources > 0;
}
