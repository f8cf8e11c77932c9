// FHIR R4, sections 3.1.1.4.4 "Modifiers", 3.1.1.4.14 "Chained parameters" and 3.1.1.4.15 "Reverse chaining".
import { NotSupported, shown } from './refusal.js';

export interface ParameterName {
  readonly code: string;
  readonly modifier?: string;
}

/** `subject:Patient` is subject and Patient. @throws NotSupported for chains. */
export function parameterName(name: string): ParameterName {
  if (name.startsWith('_has:'))
    throw new NotSupported(`Parameter ${shown(name)}: reverse chaining (_has) is not supported`);
  if (name.includes('.')) throw new NotSupported(`Parameter ${shown(name)}: chained parameters are not supported`);
  const at = name.indexOf(':');
  return at < 0 ? { code: name } : { code: name.slice(0, at), modifier: name.slice(at + 1) };
}
