/** Injection tokens for values that are no classes. */
export const CONFIG = Symbol('the configuration');
export const SERVICES = Symbol('libs/interactions Services');
export const CAPABILITIES = Symbol('the CapabilityStatement as JSON text');
export const LOG = Symbol('the pino logger');
