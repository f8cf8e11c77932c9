// OpenAPI 3.1.0: the document of this server, made from its CapabilityStatement and the definitions.
import { withBinaryPaths } from './binary-paths.js';
import type { Capability } from './capability.js';
import { interactionPaths } from './interaction-paths.js';
import { operationPaths } from './operation-paths.js';
import { parameterComponents, searchSchemas } from './parameters.js';
import { refusalComponents } from './refusals.js';
import { resourceSchemas } from './schemas.js';

const ABOUT = [
  'FHIR R4 (4.0.1). Every request but `metadata` needs a bearer token with SMART v2 scopes.',
  'What a Consent hides is answered as if it were not there.',
  'A search parameter takes the modifiers, prefixes, chains and `_has` of the standard, which OpenAPI has no form for.',
  'Refusals are OperationOutcomes. `Prefer: respond-async` is kept where 202 is listed.',
];

/** The document; it costs some milliseconds, so make it once. `capabilities` is the CapabilityStatement as JSON text. */
export function openApiDocument(capabilities: string): object {
  const capability = JSON.parse(capabilities) as Capability;
  const types = capability.rest[0].resource.map(({ type }) => type);
  return {
    openapi: '3.1.0',
    info: {
      title: capability.software.name,
      version: capability.software.version,
      description: [capability.implementation.description, ...ABOUT, capability.rest[0].documentation].join('\n\n'),
    },
    servers: [{ url: new URL(capability.implementation.url).pathname }],
    security: [{ token: [] }],
    tags: ['system', 'type', 'instance', 'operations'].map((name) => ({ name })),
    paths: { ...withBinaryPaths(interactionPaths(capability)), ...operationPaths(capability) },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      parameters: parameterComponents(types, capability.rest[0].compartment),
      responses: refusalComponents(),
      schemas: { ...searchSchemas(), ...resourceSchemas() },
    },
  };
}
