export { MOST_FAULTS } from './course.js';
export { coreDefinitions, type DefinitionSource, Definitions } from './definitions.js';
export { validate } from './validate.js';
export { type ValidationOptions, validateResource } from './validate-resource.js';
