// FHIR R4 json.html#primitive: which JSON is the element that a FHIRPath selects.
import { type Kind, resourceNode } from '#libs/fhir-path';
import type { Work } from '../work.js';
import type { Path } from './path.js';

/** One step down: a property, or an index. */
export type Step = string | number;

/** Where an element stands. */
export interface Location {
  /** The way to the object that has it: from the root, through `_name` where it stands in a primitive's extension. */
  readonly owner: readonly Step[];
  /** The property, without an underscore. */
  readonly name: string;
  /** Its place in a list. */
  readonly index?: number;
}

/** An element that a path selected; without a location it is the resource itself. */
export interface Selected {
  readonly location?: Location;
  readonly kind: Kind;
  readonly isPrimitive: boolean;
}

/** Where an object stands: in `owner`, under a name, perhaps in a list there. */
interface Link {
  readonly owner: Members;
  /** With an underscore for what stands beside a primitive. */
  readonly property: string;
}

type Members = Record<string, unknown>;

/** Stands beside a primitive that has no id or extensions. There are many, so it is its own link. */
class Beside implements Link {
  readonly #owner: Members;
  readonly #property: string;

  constructor(owner: Members, property: string) {
    this.#owner = owner;
    this.#property = property;
  }

  get owner(): Members {
    return this.#owner;
  }

  get property(): string {
    return this.#property;
  }
}

/** What it costs to link a character, in characters that are read. */
const LINKING = 4;

/**
 * A resource as FHIRPath sees it, where every element can be found again. Primitives have no identity, so each gets an object
 * beside it, under `_name`, that has; to FHIRPath it is an element without id or extensions, as before.
 */
export class Focus {
  private readonly links = new Map<object, Link>();
  private readonly root: Members;

  constructor(
    text: string,
    private readonly work: Work,
  ) {
    work.spend(text.length * LINKING);
    this.root = JSON.parse(text) as Members;
    this.linkMembers(this.root);
  }

  /** What a path selects, each element once. */
  select(path: Path): Selected[] {
    const found = new Map<object, Selected>();
    for (const node of path(resourceNode(this.root), this.work)) {
      const isPrimitive = !isObject(node.value);
      const identity = isPrimitive ? node.sibling : node.value;
      if (isObject(identity)) found.set(identity, this.selected(identity, node.kind, isPrimitive));
    }
    return [...found.values()];
  }

  private selected(identity: object, kind: Kind, isPrimitive: boolean): Selected {
    const link = this.linkOf(identity);
    if (!link) return { kind, isPrimitive };
    const [index] = indexOf(identity, link);
    const location = { owner: this.stepsTo(link.owner), name: link.property.replace(/^_/, '') };
    return { kind, isPrimitive, location: index === undefined ? location : { ...location, index } };
  }

  private linkOf(object: object): Link | undefined {
    return object instanceof Beside ? object : this.links.get(object);
  }

  private stepsTo(object: Members): Step[] {
    const link = this.linkOf(object);
    return link ? [...this.stepsTo(link.owner), link.property, ...indexOf(object, link)] : [];
  }

  private linkMembers(owner: Members): void {
    for (const property of Object.keys(owner)) {
      if (property[0] === '_') this.linkSiblings(owner, property);
      else if (property !== 'resourceType') this.linkValues(owner, property);
    }
  }

  /** Links elements by their values; primitives get what they need beside them. */
  private linkValues(owner: Members, property: string): void {
    const value = owner[property];
    if (isObject(value)) this.link(value, owner, property);
    else if (Array.isArray(value)) this.linkList(value, owner, property);
    else owner[`_${property}`] ??= new Beside(owner, `_${property}`);
  }

  private linkList(values: readonly unknown[], owner: Members, property: string): void {
    if (values.every(isObject)) {
      for (const value of values) this.link(value, owner, property);
      return;
    }
    const known = owner[`_${property}`];
    const siblings: unknown[] = Array.isArray(known) ? known : [];
    owner[`_${property}`] = siblings;
    for (let index = 0; index < values.length; index++) {
      siblings[index] ??= values[index] === null ? null : new Beside(owner, `_${property}`);
    }
  }

  /** Links what is beside primitives in the document itself. */
  private linkSiblings(owner: Members, property: string): void {
    const siblings = owner[property];
    for (const sibling of Array.isArray(siblings) ? (siblings as unknown[]) : [siblings]) {
      if (isObject(sibling) && !(sibling instanceof Beside)) this.link(sibling, owner, property);
    }
  }

  private link(object: object, owner: Members, property: string): void {
    this.links.set(object, { owner, property });
    this.linkMembers(object as Members);
  }
}

/** The place in a list; none without a list. */
function indexOf(object: object, { owner, property }: Link): number[] {
  const list = owner[property];
  return Array.isArray(list) ? [list.indexOf(object)] : [];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
