// FHIR R4, section 2.9.1.2 "Additional functions": https://hl7.org/fhir/R4/fhirpath.html#functions
import { answer, NOTHING, spend, TRUE } from './environment.js';
import { type PathFunction, taking } from './functions.js';
import { type Item, isNode } from './item.js';
import { plain, textOf } from './value.js';

/** What references and URLs point to within the document; what is elsewhere is never fetched and selects nothing. */
const resolve: PathFunction = taking(0, 0, (subject) => (focus, environment) => {
  const found: Item[] = [];
  for (const item of subject(focus, environment)) {
    spend(environment, 1);
    const value = plain(item);
    const text = typeof value === 'string' ? value : (value as { reference?: unknown } | null)?.reference;
    const target = typeof text === 'string' ? environment.resolve?.(text) : undefined;
    if (target) found.push(target);
  }
  return found;
});

/** Empty where it cannot be told. */
const memberOf: PathFunction = taking(1, 1, (subject, [valueSet]) => (focus, environment) => {
  const [item] = subject(focus, environment);
  const url = textOf(valueSet!(focus, environment));
  if (item === undefined || !isNode(item) || url === undefined) return NOTHING;
  return answer(environment.memberOf?.(item, url));
});

export const FHIR_FUNCTIONS: Readonly<Record<string, PathFunction>> = {
  resolve,
  memberOf,
  /** The narrative has checks of its own, which say what is wrong. */
  htmlChecks: taking(0, 0, () => () => TRUE),
};
