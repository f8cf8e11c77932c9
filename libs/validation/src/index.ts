export { MOST_FAULTS } from './course.js';
export { coreDefinitions, type DefinitionSource, Definitions } from './definitions.js';
export { addPackage, type PackagedDefinition, PackageError, type PackageIndex } from './package/add-package.js';
export { PackageSet, removePackage } from './package/package-set.js';
export { ArchiveError } from './package/tar.js';
export { syntaxExpression } from './syntax-place.js';
export { validate } from './validate.js';
export { type ValidationIssue, type ValidationOptions, validateResource } from './validate-resource.js';
