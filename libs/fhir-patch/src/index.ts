export { applyFhirPathPatch } from './fhirpath-patch/apply-fhirpath-patch.js';
export { applyJsonPatch } from './json-patch/apply-json-patch.js';
export { PatchError, type PatchFault } from './patch-error.js';
export type { PatchLimits } from './work.js';
