// Consents in force + a request -> a permit that carries its filter as SQL. Pure: no database, no clock, no keys of its own.
export type { AccessFacts, Hash64 } from './access-facts.js';
export { compileRules } from './compile-rules.js';
export { decide, decideWrite } from './decide.js';
export type { Permit, WritePermit } from './permit.js';
export type { RuleRow } from './rule-row.js';
export type { Bind } from './subject.js';
