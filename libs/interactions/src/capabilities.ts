// FHIR R4 http.html#capabilities and CapabilityStatement: what this server really does.
import {
  compartmentOf,
  compartmentTypes,
  DEFINITIONS_VERSION,
  resourceTypes,
  searchParameters,
} from '#libs/fhir-definitions';
import { isDeferrable } from './asynchronous/deferrable.js';
import { OPERATIONS } from './operations/registry.js';

/** What a capability statement says beyond what the code knows of itself. */
export interface Installation {
  /** Base URL without a slash at the end. */
  base: string;
  version: string;
  /** When the server started, as an instant. */
  since: string;
  /** Names what resources are validated against; FHIR R4 alone if not given. */
  definitions?: string;
  /** Who operates the ledger, in words a reader of a receipt must know. */
  ledger: string;
  /** Whether references to what is not there are refused. */
  enforcesReferences?: boolean;
  /** Whether browsers may call from configured origins. */
  cors?: boolean;
  /** Whether a conditional delete may delete several resources. */
  deletesSeveral?: boolean;
}

const INTERACTIONS = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'history-type',
  'create',
  'search-type',
];
const SYSTEM_INTERACTIONS = ['transaction', 'batch', 'search-system', 'history-system'];
const CONTROLS = [
  { name: '_count', type: 'number' },
  { name: '_sort', type: 'string' },
  { name: '_total', type: 'token' },
  { name: '_summary', type: 'token' },
  { name: '_elements', type: 'string' },
];

/** The CapabilityStatement as JSON text. It changes only with the installation, so make it once. */
export function capabilityStatement(installation: Installation): string {
  return JSON.stringify({
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: installation.since,
    kind: 'instance',
    software: { name: 'Holdfast', version: installation.version },
    implementation: { description: `Holdfast FHIR server. ${installation.ledger}`, url: installation.base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'application/fhir+xml', 'json', 'xml'],
    patchFormat: ['application/json-patch+json', 'application/fhir+json', 'application/fhir+xml'],
    rest: [rest(installation)],
  });
}

function rest(installation: Installation): object {
  return {
    mode: 'server',
    documentation: `Resources are validated against FHIR R4 and its profiles (${installation.definitions ?? DEFINITIONS_VERSION}).`,
    security: {
      cors: installation.cors === true,
      service: [
        {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/restful-security-service', code: 'SMART-on-FHIR' }],
        },
      ],
      description: 'A bearer token with SMART v2 scopes is needed for everything but this statement.',
    },
    interaction: SYSTEM_INTERACTIONS.map((code) => ({ code, ...later(code) })),
    searchParam: [...commonParameters(), { name: '_type', type: 'token' }, ...CONTROLS],
    compartment: compartmentTypes().map((type) => compartmentOf(type)?.url),
    resource: [...resourceTypes()].sort().map((type) => resource(type, installation)),
  };
}

function resource(type: string, installation: Installation): object {
  return {
    type,
    profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
    interaction: INTERACTIONS.map((code) => ({ code, ...later(code) })),
    versioning: 'versioned-update',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: true,
    conditionalRead: 'full-support',
    conditionalUpdate: true,
    referencePolicy: ['literal', 'logical', ...(installation.enforcesReferences ? ['enforced'] : [])],
    conditionalDelete: installation.deletesSeveral ? 'multiple' : 'single',
    searchParam: [...searchParameters(type).filter(isSearchable).map(searchParam), ...CONTROLS],
    operation: operationsOf(type),
  };
}

/** Of Resource itself, and so of every type. */
function commonParameters(): object[] {
  return searchParameters('Resource').filter(isSearchable).map(searchParam);
}

function operationsOf(type: string): object[] {
  return OPERATIONS.filter(({ types }) => types === undefined || types.includes(type)).map(({ name, definition }) => ({
    name,
    definition,
    ...later(definition),
  }));
}

/** R4 has no element for it, so it is said in words. */
function later(code: string): { documentation?: string } {
  return isDeferrable(code) ? { documentation: 'Answered later with Prefer: respond-async.' } : {};
}

function isSearchable({ type, expression }: { type: string; expression?: string }): boolean {
  return expression !== undefined && type !== 'special';
}

function searchParam({ code, url, type }: { code: string; url: string; type: string }): object {
  return { name: code, definition: url, type };
}
