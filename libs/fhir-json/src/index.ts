export { canonical } from './canonical.js';
export { JsonError, type JsonErrorReason } from './json-error.js';
export type { JsonDocument, JsonObject, JsonValue } from './json-value.js';
export { type ParseLimits, parse } from './parse.js';
export { elements, type Member, members, type Span } from './spans.js';
export { type ServerAssigned, splice } from './splice.js';
