import type { PathResult } from './element.js';
import { isAbstractResource, type Place } from './model.js';

/** Whether a value is kept; `root` is what contained references are looked up in. */
export type Test = (value: unknown, root: object) => boolean;

export interface Link {
  readonly property: string;
  readonly tests: readonly Test[];
  /** Whether there may be several. */
  readonly repeats: boolean;
  /** Only this item of an array. */
  readonly index?: number;
}

/** One way through a resource without any choice left: which properties to follow, and what then stands there. */
export interface Chain {
  readonly place: Place;
  readonly links: readonly Link[];
  /** The same way in FHIRPath, choices under their base name. */
  readonly label: string;
  /** From a last `where(resolve() is X)`. */
  readonly target?: string;
  /** From the resource (true) or from the focus. */
  readonly fromRoot?: boolean;
}

/** Appends what the chain selects. What has another shape than the definitions say is passed over. */
export function follow(chain: Chain, focus: object, root: object, found: PathResult[]): void {
  const start = chain.fromRoot ? root : focus;
  if (chain.links.length === 0) found.push({ value: start, type: typeOf(chain, start) });
  else if (typeof start === 'object' && start !== null) descend(chain, 0, start, root, found);
}

function descend(chain: Chain, depth: number, holder: object, root: object, found: PathResult[]): void {
  const link = chain.links[depth]!;
  const value = (holder as Record<string, unknown>)[link.property];
  if (value === undefined || value === null) return;
  if (!Array.isArray(value)) {
    if (!link.index) visit(chain, depth, value, holder, link.property, root, found);
    return;
  }
  const last = link.index === undefined ? value.length : Math.min(link.index + 1, value.length);
  for (let at = link.index ?? 0; at < last; at++) visit(chain, depth, value[at], value, at, root, found);
}

function visit(
  chain: Chain,
  depth: number,
  value: unknown,
  holder: object,
  key: string | number,
  root: object,
  found: PathResult[],
): void {
  if (value === null || value === undefined) return;
  for (const test of chain.links[depth]!.tests) if (!test(value, root)) return;
  if (depth + 1 === chain.links.length) found.push({ value, type: typeOf(chain, value), holder, key });
  else if (typeof value === 'object') descend(chain, depth + 1, value, root, found);
}

function typeOf({ place }: Chain, value: unknown): string {
  if (!isAbstractResource(place.type)) return place.type;
  const { resourceType } = value as { resourceType?: unknown };
  return typeof resourceType === 'string' ? resourceType : place.type;
}
