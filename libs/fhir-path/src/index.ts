export { compile, elements } from './compile.js';
export type { Element, Extract, PathResult } from './element.js';
export { PathError } from './fallback.js';
export { isSubtype } from './model.js';
export { referenceTarget } from './reference-target.js';
