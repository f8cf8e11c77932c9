export { type Compartment, compartmentOf, compartmentPatient, compartmentTypes } from './compartment.js';
export {
  coreProfile,
  type Discriminator,
  type ExtensionContext,
  type Profile,
  type ProfileElement,
  type Slicing,
} from './profile.js';
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
export {
  type CodeSystem,
  type Concept,
  codeSystem,
  type ValueSetDefinition,
  type ValueSetFilter,
  type ValueSetPart,
  valueSetDefinition,
} from './terminology.js';
export { requiredCodes, type ValueSetCodes } from './value-set.js';
export { DEFINITIONS_VERSION } from './version.js';
