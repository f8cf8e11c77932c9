export { compartmentPatient } from './compartment.js';
export {
  type SearchParameter,
  type SearchParameterComponent,
  type SearchParameterType,
  searchParameter,
  searchParameters,
} from './search-parameter.js';
export {
  type ElementBinding,
  type ElementConstraint,
  type ElementDefinition,
  type ElementType,
  resourceTypes,
  type StructureDefinition,
  structure,
} from './structure.js';
export { requiredCodes, type ValueSetCodes } from './value-set.js';
export { DEFINITIONS_VERSION } from './version.js';
