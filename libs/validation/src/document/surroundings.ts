// FHIR R4, sections 2.3.0.4 "Resolving references" and 2.9.1.3 "Variables": what a resource can see of its document.
import { type Environment, type Node, resourceNode } from '#libs/fhir-path';
import type { BundleIndex } from './bundle-index.js';
import { isMembers, type Members, objects } from './json.js';

/** A resource with what it is in. */
export interface Surroundings {
  readonly resource: Members;
  /** The resource itself, or what contains it. */
  readonly root: Members;
  readonly bundle: BundleIndex | undefined;
}

/** What a reference within the document points to; undefined for one that leads out of it. */
export function resolved(
  reference: string,
  { root, bundle }: Pick<Surroundings, 'root' | 'bundle'>,
): Members | undefined {
  if (reference === '#') return root;
  return reference.startsWith('#') ? containedIn(root).get(reference.slice(1)) : bundle?.resolve(reference, root);
}

const containedOf = new WeakMap<Members, ReadonlyMap<unknown, Members>>();

/** What a resource contains, by id; of several with one id the first. */
export function containedIn(root: Members): ReadonlyMap<unknown, Members> {
  let byId = containedOf.get(root);
  if (!byId) {
    byId = new Map(
      objects(root.contained)
        .toReversed()
        .map((contained) => [contained.id, contained]),
    );
    containedOf.set(root, byId);
  }
  return byId;
}

/** How much FHIRPath may do in one document. */
export class Allowance {
  private isAdded = false;

  constructor(
    public steps: number,
    private readonly ofSize: () => number,
  ) {}

  /** Worked out where it is needed: most documents never come near. */
  forSize(): number {
    if (this.isAdded) return 0;
    this.isAdded = true;
    return this.ofSize();
  }
}

/** What expressions on elements of the resource may look at; `steps` is shared by all of one document. */
export class Scope implements Environment {
  resource: Node;
  rootResource: Node;
  context: Node;
  index = 0;
  total = [];
  readonly memo: Environment['memo'] = new Map();

  constructor(
    readonly surroundings: Surroundings,
    private readonly allowance: Allowance,
    readonly memberOf: NonNullable<Environment['memberOf']>,
  ) {
    this.resource = resourceNode(surroundings.resource);
    this.rootResource = surroundings.root === surroundings.resource ? this.resource : resourceNode(surroundings.root);
    this.context = this.resource;
  }

  get steps(): number {
    return this.allowance.steps;
  }

  /** What is left; the first time that it is not enough, what is due to the size of the document is added. */
  set steps(left: number) {
    const { allowance } = this;
    allowance.steps = left >= 0 ? left : left + allowance.forSize();
  }

  readonly resolve = (reference: string): Node | undefined => {
    const found = resolved(reference, this.surroundings);
    return isMembers(found) ? resourceNode(found) : undefined;
  };
}
