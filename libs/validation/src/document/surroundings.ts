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
  if (reference.startsWith('#')) return objects(root.contained).find(({ id }) => id === reference.slice(1));
  return bundle?.resolve(reference, root);
}

/** What expressions on elements of the resource may look at; `steps` is shared by all of one document. */
export class Scope implements Environment {
  resource: Node;
  rootResource: Node;
  context: Node;
  index = 0;
  total = [];

  constructor(
    readonly surroundings: Surroundings,
    private readonly allowance: { steps: number },
    readonly memberOf: NonNullable<Environment['memberOf']>,
  ) {
    this.resource = resourceNode(surroundings.resource);
    this.rootResource = resourceNode(surroundings.root);
    this.context = this.resource;
  }

  get steps(): number {
    return this.allowance.steps;
  }

  set steps(left: number) {
    this.allowance.steps = left;
  }

  readonly resolve = (reference: string): Node | undefined => {
    const found = resolved(reference, this.surroundings);
    return isMembers(found) ? resourceNode(found) : undefined;
  };
}
