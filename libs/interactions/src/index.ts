// The FHIR RESTful API without HTTP: one file an interaction.
export type { Answer } from './answer.js';
export { processBundle } from './bundle/process.js';
export { capabilityStatement, type Installation } from './capabilities.js';
export { updateResource } from './conditional/update.js';
export { createResource } from './create.js';
export { deleteResource } from './delete.js';
export type { FhirRequest, Preference, SystemRequest } from './fhir-request.js';
export { historyOfInstance } from './history/instance.js';
export { historyOfSystem, historyOfType } from './history/several.js';
export { withLedgerNews } from './ledger-news.js';
export { OPERATIONS, type Operation, operationAt } from './operations/registry.js';
export { withProvenance } from './provenance.js';
export { readResource } from './read.js';
export { choiceOf } from './representation/choice.js';
export { represent } from './representation/represent.js';
export { searchType } from './search.js';
export type { Services } from './services.js';
export { readVersion } from './vread.js';
