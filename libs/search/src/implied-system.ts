// FHIR R4, section 3.1.1.4.10 "token": the system of a `code` is that of the value set it is bound to.
import { requiredCodes, structure } from '#libs/fhir-definitions';
import type { Term } from './term.js';
import type { ParameterPlan } from './type-plan.js';

/** For `system|code` on an element of type `code`: the code alone, if it is a code of that system there. */
export function codeSystemHolds(type: string, { keys, valueTypes }: ParameterPlan, term: Term): Term[] {
  const [kind, system, code] = term;
  if (kind !== 'system-code' || code === undefined || !valueTypes.includes('code')) return [];
  const holds = keys.some((key) => systemsAt(`${type}.${key.split('{')[0]}`)?.[system!]?.includes(code));
  return holds ? [['code', code]] : [];
}

function systemsAt(path: string) {
  const element = structure(path.split('.')[0]!)?.snapshot.element.find((one) => one.path === path);
  return element?.binding?.valueSet === undefined ? undefined : requiredCodes(element.binding.valueSet);
}
