// FHIRPath N1, sections "Existence", "Boolean logic" (not), and FHIR's own hasValue().
import { answer, type Environment, FALSE, NOTHING, type Run, spend, TRUE } from './environment.js';
import { type PathFunction, taking } from './functions.js';
import { type Item, isNode } from './item.js';
import { equalItems, keyOf, plain, truth } from './value.js';

/** Runs criteria on each item, until `until` of them gives that answer. */
export function some(items: readonly Item[], criteria: Run, environment: Environment, until: boolean): boolean {
  const { index } = environment;
  let isFound = false;
  for (let at = 0; at < items.length && !isFound; at++) {
    spend(environment, 1);
    environment.index = at;
    isFound = (truth(criteria([items[at]!], environment)) === true) === until;
  }
  environment.index = index;
  return isFound;
}

/** Whether every item of the first is among the second. */
export function isSubset(items: readonly Item[], all: readonly Item[]): boolean {
  const keys = new Set(all.map(keyOf));
  return items.every((item) => keys.has(keyOf(item)) || all.some((other) => equalItems(item, other) === true));
}

const empty: PathFunction = taking(
  0,
  0,
  (subject) => (focus, environment) => (subject(focus, environment).length === 0 ? TRUE : FALSE),
);

const exists: PathFunction = taking(0, 1, (subject, [criteria]) => {
  if (!criteria) return (focus, environment) => (subject(focus, environment).length > 0 ? TRUE : FALSE);
  return (focus, environment) => answer(some(subject(focus, environment), criteria, environment, true));
});

function everyIs(wanted: boolean): PathFunction {
  return taking(
    0,
    0,
    (subject) => (focus, environment) => answer(subject(focus, environment).every((item) => plain(item) === wanted)),
  );
}

function anyIs(wanted: boolean): PathFunction {
  return taking(
    0,
    0,
    (subject) => (focus, environment) => answer(subject(focus, environment).some((item) => plain(item) === wanted)),
  );
}

export const EXISTENCE: Readonly<Record<string, PathFunction>> = {
  empty,
  exists,
  all: taking(
    1,
    1,
    (subject, [criteria]) =>
      (focus, environment) =>
        answer(!some(subject(focus, environment), criteria!, environment, false)),
  ),
  allTrue: everyIs(true),
  allFalse: everyIs(false),
  anyTrue: anyIs(true),
  anyFalse: anyIs(false),
  count: taking(0, 0, (subject) => (focus, environment) => [subject(focus, environment).length]),
  isDistinct: taking(0, 0, (subject) => (focus, environment) => {
    const items = subject(focus, environment);
    spend(environment, items.length);
    return answer(new Set(items.map(keyOf)).size === items.length);
  }),
  subsetOf: taking(
    1,
    1,
    (subject, [other]) =>
      (focus, environment) =>
        answer(isSubset(subject(focus, environment), other!(focus, environment))),
  ),
  supersetOf: taking(
    1,
    1,
    (subject, [other]) =>
      (focus, environment) =>
        answer(isSubset(other!(focus, environment), subject(focus, environment))),
  ),
  not: taking(0, 0, (subject) => (focus, environment) => {
    const value = truth(subject(focus, environment));
    return value === undefined ? NOTHING : answer(!value);
  }),
  hasValue: taking(0, 0, (subject) => (focus, environment) => {
    const items = subject(focus, environment);
    const value = items.length === 1 ? plain(items[0]!) : undefined;
    return answer(value !== undefined && value !== null && (typeof value !== 'object' || !isNode(items[0]!)));
  }),
};
