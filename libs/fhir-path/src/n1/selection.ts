// FHIRPath N1, sections "Filtering and projection", "Subsetting", "Combining", "Tree navigation".
import { type Environment, NOTHING, type Run, spend } from './environment.js';
import { type PathFunction, taking } from './functions.js';
import { type Item, isNode, isOfType, pushChildren, pushNamed } from './item.js';
import { PathSyntaxError } from './lexer.js';
import type { Tree } from './syntax.js';
import { keyOf, numberOf, plain, textOf, truth } from './value.js';

/** The name of a type in a tree: `Patient`, `FHIR.Patient`. */
export function typeIn(tree: Tree | undefined): string {
  if (tree?.kind !== 'member') throw new PathSyntaxError('expected the name of a type');
  return tree.of === undefined ? tree.name : `${typeIn(tree.of)}.${tree.name}`;
}

/** Each item once. */
export function distinct(items: readonly Item[]): readonly Item[] {
  if (items.length < 2) return items;
  const kept = new Map<string, Item>();
  for (const item of items) {
    const key = keyOf(item);
    if (!kept.has(key)) kept.set(key, item);
  }
  return [...kept.values()];
}

function forEach(environment: Environment, items: readonly Item[], visit: (item: Item) => void): void {
  const { index } = environment;
  spend(environment, items.length);
  for (let at = 0; at < items.length; at++) {
    environment.index = at;
    visit(items[at]!);
  }
  environment.index = index;
}

export function children(items: readonly Item[], environment: Environment): Item[] {
  const found: Item[] = [];
  for (const item of items) if (isNode(item)) pushChildren(item, found);
  spend(environment, found.length);
  return found;
}

const repeat = taking(1, 1, (subject, [projection]) => (focus, environment) => {
  const seen = new Set<unknown>();
  const found: Item[] = [];
  for (let input = subject(focus, environment); input.length > 0; ) {
    const next: Item[] = [];
    forEach(environment, input, (item) => pushUnseen(projection!([item], environment), seen, next));
    for (const item of next) found.push(item);
    input = next;
  }
  return found;
});

function pushUnseen(items: readonly Item[], seen: Set<unknown>, into: Item[]): void {
  for (const item of items) {
    const value = plain(item);
    const key = typeof value === 'object' ? value : keyOf(item);
    if (!seen.has(key)) into.push(item);
    seen.add(key);
  }
}

const ofType = taking(1, 1, (subject, _, [tree]) => {
  const type = typeIn(tree);
  return (focus, environment) => subject(focus, environment).filter((item) => isOfType(item, type));
});

const descendants = taking(0, 0, (subject) => (focus, environment) => {
  const found: Item[] = [];
  for (let level = children(subject(focus, environment), environment); level.length > 0; ) {
    for (const item of level) found.push(item);
    level = children(level, environment);
  }
  return found;
});

function part(take: (items: readonly Item[], count: number) => readonly Item[]): PathFunction {
  return taking(
    1,
    1,
    (subject, [count]) =>
      (focus, environment) =>
        take(subject(focus, environment), numberOf(count!(focus, environment)) ?? 0),
  );
}

function fixedPart(take: (items: readonly Item[]) => readonly Item[]): PathFunction {
  return taking(0, 0, (subject) => (focus, environment) => take(subject(focus, environment)));
}

/** Of two collections. */
function combining(combine: (left: readonly Item[], right: readonly Item[]) => readonly Item[]): PathFunction {
  return taking(1, 1, (subject, [other]) => (focus, environment) => {
    const left = subject(focus, environment);
    const right = other!(focus, environment);
    spend(environment, left.length + right.length);
    return combine(left, right);
  });
}

function among(items: readonly Item[]): (item: Item) => boolean {
  const keys = new Set(items.map(keyOf));
  return (item) => keys.has(keyOf(item));
}

export const SELECTION: Readonly<Record<string, PathFunction>> = {
  where: taking(1, 1, (subject, [criteria]) => (focus, environment) => {
    const items = subject(focus, environment);
    if (items.length === 0) return NOTHING;
    const kept: Item[] = [];
    forEach(environment, items, (item) => {
      if (truth(criteria!([item], environment)) === true) kept.push(item);
    });
    return kept;
  }),
  select: taking(1, 1, (subject, [projection]) => (focus, environment) => {
    const found: Item[] = [];
    forEach(environment, subject(focus, environment), (item) => {
      for (const each of projection!([item], environment)) found.push(each);
    });
    return found;
  }),
  repeat,
  ofType,
  as: ofType,
  children: taking(0, 0, (subject) => (focus, environment) => children(subject(focus, environment), environment)),
  descendants,
  first: fixedPart((items) => items.slice(0, 1)),
  last: fixedPart((items) => items.slice(-1)),
  tail: fixedPart((items) => items.slice(1)),
  single: fixedPart((items) => (items.length === 1 ? items : NOTHING)),
  distinct: fixedPart(distinct),
  skip: part((items, count) => items.slice(Math.max(0, count))),
  take: part((items, count) => items.slice(0, Math.max(0, count))),
  combine: combining((left, right) => [...left, ...right]),
  union: combining((left, right) => distinct([...left, ...right])),
  intersect: combining((left, right) => distinct(left.filter(among(right)))),
  exclude: combining((left, right) => {
    const isThere = among(right);
    return left.filter((item) => !isThere(item));
  }),
  extension: taking(1, 1, (subject, [url]) => (focus, environment) => {
    const wanted = textOf(url!(focus, environment));
    const found: Item[] = [];
    for (const item of subject(focus, environment)) if (isNode(item)) pushNamed(item, 'extension', found);
    return found.filter((item) => (plain(item) as { url?: unknown } | null)?.url === wanted);
  }),
  trace: taking(1, 2, (subject: Run) => subject),
};
