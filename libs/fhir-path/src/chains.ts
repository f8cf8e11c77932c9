// FHIRPath N1, sections "Path selection", "where", "ofType", "union": expressions turned into chains, once and before any resource is seen.
import { type Chain, follow, type Link, type Test } from './chain.js';
import { condition } from './condition.js';
import type { PathResult } from './element.js';
import { Unsupported } from './lexer.js';
import { children, isAbstractResource, isSubtype, type Place, typeName } from './model.js';
import { referenceTarget } from './reference-target.js';
import type { Expression, Root, Step } from './syntax.js';

/** @throws Unsupported if the expression is no selection of elements that can be laid out beforehand. */
export function chains(expression: Expression, focus: Place, resource: Place): Chain[] {
  if (expression.kind === 'union') return distinct(expression.parts.flatMap((part) => chains(part, focus, resource)));
  if (expression.kind !== 'path') throw new Unsupported(expression.kind);
  const start = startOf(expression.root, focus, resource);
  return expression.steps.reduce((found, step) => found.flatMap((chain) => extend(chain, step, resource)), start);
}

/** What several chains select together. */
export function follower(all: readonly Chain[]): (focus: object, root?: object) => PathResult[] {
  return (focus, root = focus) => {
    const found: PathResult[] = [];
    for (const chain of all) follow(chain, focus, root, found);
    return found;
  };
}

function startOf(root: Root, focus: Place, resource: Place): Chain[] {
  if (root.kind === 'group') return chains(root.of, focus, resource);
  const here: Chain = { place: focus, links: [], label: '' };
  if (root.kind === 'focus') return [here];
  if (root.kind === 'resource') return [{ place: resource, links: [], label: '%resource', fromRoot: true }];
  // `url` is the name of a type too; at the start of a path only a resource or complex type is meant.
  if (/^[A-Z]/.test(root.name)) return isSubtype(focus.type, root.name) ? [here] : [];
  return extend(here, { kind: 'child', name: root.name }, resource);
}

function extend(chain: Chain, step: Step, resource: Place): Chain[] {
  // A filter on the target followed by more is applied here; only a last one is left to the caller.
  const from = chain.target === undefined ? chain : withTarget(chain);
  switch (step.kind) {
    case 'child':
      return child(from, step.name);
    case 'ofType':
      return ofType(from, typeName(step.type));
    case 'index':
      return [indexed(from, step.index)];
    case 'extension':
      return child(from, 'extension').map((one) => filtered(one, urlIs(step.url), JSON.stringify(step)));
    case 'where':
      return where(from, step.criteria, resource);
    default:
      throw new Unsupported(step.kind);
  }
}

function child(chain: Chain, name: string): Chain[] {
  const label = chain.label === '' ? name : `${chain.label}.${name}`;
  return children(chain.place, name).map(({ property, repeats, type, path }) => ({
    ...chain,
    place: { type, path },
    links: [...chain.links, { property, repeats, tests: [] }],
    label,
  }));
}

function ofType(chain: Chain, type: string): Chain[] {
  if (isSubtype(chain.place.type, type)) return [chain];
  if (!isAbstractResource(chain.place.type) || !isSubtype(type, chain.place.type)) return [];
  const isResource: Test = (value) => isSubtype(String((value as { resourceType?: unknown }).resourceType), type);
  return [{ ...filtered(chain, isResource, type), place: { type, path: type } }];
}

/** An item of the whole collection is the item of one array only where nothing before it repeats or was filtered. */
function indexed(chain: Chain, index: number): Chain {
  const [only] = chain.links;
  if (chain.links.length !== 1 || !only || only.tests.length > 0 || only.index !== undefined)
    throw new Unsupported('[]');
  return { ...chain, links: [{ ...only, index }], label: `${chain.label}[${index}]` };
}

/** Nothing but a Reference resolves to a resource here. */
function where(chain: Chain, criteria: Expression, resource: Place): Chain[] {
  const target = targetOf(criteria);
  if (target !== undefined) return chain.place.type === 'Reference' ? [{ ...chain, target }] : [];
  const test = condition(criteria, chain.place, resource);
  return [filtered(chain, (value, root) => test(value as object, root) === true, JSON.stringify(criteria))];
}

function targetOf(criteria: Expression): string | undefined {
  if (criteria.kind !== 'is' || criteria.left.kind !== 'path' || criteria.left.root.kind !== 'focus') return undefined;
  const [step, ...more] = criteria.left.steps;
  return step?.kind === 'resolve' && more.length === 0 ? criteria.type : undefined;
}

function withTarget(chain: Chain): Chain {
  const { target, ...rest } = chain;
  return filtered(rest, (value, root) => referenceTarget(value, root) === target, `resolve() is ${target}`);
}

function urlIs(url: string): Test {
  return (value) => (value as { url?: unknown }).url === url;
}

function filtered(chain: Chain, test: Test, text: string): Chain {
  const last: Link | undefined = chain.links.at(-1);
  if (!last || last.index !== undefined) throw new Unsupported('filter');
  const links = [...chain.links.slice(0, -1), { ...last, tests: [...last.tests, test] }];
  return { ...chain, links, label: `${chain.label}[${text}]` };
}

function distinct(all: Chain[]): Chain[] {
  return [...new Map(all.map((chain) => [`${chain.label} ${chain.place.type} ${chain.target}`, chain])).values()];
}
