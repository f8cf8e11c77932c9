/** What the generated code calls. */
export { primitives } from '../primitive/index.js';
export { codeFault, concept, requiredCodes } from './binding.js';
export { elements, elementTable } from './elements.js';
export { extension } from './extension.js';
export { list } from './list.js';
export { primitiveFault } from './primitive.js';
export { contained, resource } from './resource.js';
