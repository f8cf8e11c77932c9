export { compile, elements } from './compile.js';
export type { Element, Extract, PathResult } from './element.js';
export { PathError } from './fallback.js';
export { type Invariant, invariant, selection, syntaxFault } from './invariant.js';
export { isSubtype } from './model.js';
export { type Environment, OutOfSteps } from './n1/environment.js';
export { type Kind, kindAt, type Node, pushChildren, pushNamed, resourceNode } from './n1/item.js';
export { PathSyntaxError } from './n1/lexer.js';
export { referenceTarget } from './reference-target.js';
