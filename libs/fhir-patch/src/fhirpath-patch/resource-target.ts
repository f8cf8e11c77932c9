// FHIR R4 fhirpatch.html: the resource under change, and what paths select in it.
import { type Kind, kindAt } from '#libs/fhir-path';
import { malformed, unfit } from '../patch-error.js';
import { ArrayTree, ObjectTree, opened, type Tree } from '../tree/tree.js';
import type { Work } from '../work.js';
import { remove } from './element.js';
import { Focus, type Location, type Selected, type Step } from './focus.js';
import { pathOf } from './path.js';

/** A path of a collection: that of the element it belongs to, and its name. */
const COLLECTION = /^(.*\S)\s*\.\s*([A-Za-z]\w*)\s*$/s;

export class ResourceTarget {
  private readonly root: ObjectTree;
  private focus: Focus | undefined;

  constructor(
    text: string,
    private readonly work: Work,
  ) {
    const root = opened(text, work);
    if (!(root instanceof ObjectTree)) throw unfit('The patched document is no resource');
    this.root = root;
  }

  text(): string {
    return this.root.text();
  }

  /** The one element at a path. @throws PatchError if there is none, or several. */
  one(path: string): Selected {
    const found = this.atMostOne(path);
    if (!found) throw unfit('there is nothing at its path');
    return found;
  }

  atMostOne(path: string): Selected | undefined {
    this.focus ??= new Focus(this.text(), this.work);
    const [found, more] = this.focus.select(pathOf(path));
    if (more) throw unfit('there is more than one element at its path');
    return found;
  }

  /** What a path of a collection names: it need not have elements yet. */
  collection(path: string): { owner: Selected; name: string } {
    const [, owner, name] = COLLECTION.exec(path) ?? [];
    if (owner === undefined || name === undefined) throw malformed('its path does not end in the name of a list');
    return { owner: this.one(owner), name };
  }

  /** The object in which the children of an element stand, to be changed; made for the extensions of a primitive. */
  containerOf({ location, isPrimitive }: Selected): ObjectTree {
    this.focus = undefined;
    if (!location) return this.root;
    const owner = this.ownerOf(location);
    if (isPrimitive) return this.siblingIn(owner, location);
    return this.walk(owner, [location.name, ...indexIn(location)]);
  }

  /** The object that has an element, to be changed. */
  ownerOf({ owner }: Location): ObjectTree {
    this.focus = undefined;
    return this.walk(this.root, owner);
  }

  /** The kind of the object that has an element. */
  kindOfOwner({ owner }: Location): Kind {
    let kind = kindIn(this.root, this.work) as Kind;
    owner.forEach((step, depth) => {
      if (typeof step === 'number') return;
      const index = owner[depth + 1];
      const object = this.walk(this.root, owner.slice(0, typeof index === 'number' ? depth + 2 : depth + 1));
      kind = kindIn(object, this.work) ?? kind.member(step.replace(/^_/, ''));
    });
    return kind;
  }

  /** Takes an element out, and everything around it that is nothing without it. */
  delete(location: Location): void {
    const owner = this.ownerOf(location);
    if (location.index === undefined) {
      owner.delete(location.name);
      owner.delete(`_${location.name}`);
    } else remove(owner, location.name, location.index, this.work);
    if (owner.isEmpty) this.prune(location.owner);
  }

  /** Takes out an object that has become empty. */
  private prune(steps: readonly Step[]): void {
    const last = steps.at(-1);
    if (last === undefined) return;
    const rest = steps.slice(0, -1);
    if (typeof last === 'string') this.pruneMember(rest, last);
    else this.pruneItem(rest.slice(0, -1), rest.at(-1) as string, last);
  }

  private pruneMember(owner: readonly Step[], name: string): void {
    const object = this.walk(this.root, owner);
    object.delete(name);
    if (object.isEmpty) this.prune(owner);
  }

  private pruneItem(owner: readonly Step[], property: string, index: number): void {
    const object = this.walk(this.root, owner);
    const name = property.replace(/^_/, '');
    const values = property === name ? undefined : object.open(name, this.work);
    if (values instanceof ArrayTree && values.open(index, this.work) !== 'null') {
      const siblings = object.open(property, this.work) as ArrayTree;
      siblings.set(index, 'null');
      if (siblings.isAllNull) object.delete(property);
    } else this.delete({ owner, name, index });
    if (object.isEmpty) this.prune(owner);
  }

  private siblingIn(owner: ObjectTree, location: Location): ObjectTree {
    const name = `_${location.name}`;
    const list = location.index === undefined ? undefined : this.siblingList(owner, location);
    const known = list ? list.open(location.index as number, this.work) : owner.open(name, this.work);
    if (known instanceof ObjectTree) return known;
    const made = new ObjectTree();
    if (list) list.set(location.index as number, made);
    else owner.set(name, made);
    return made;
  }

  private siblingList(owner: ObjectTree, { name }: Location): ArrayTree {
    const values = owner.open(name, this.work);
    const known = owner.open(`_${name}`, this.work);
    const list = known instanceof ArrayTree ? known : ArrayTree.ofNulls(0);
    const length = values instanceof ArrayTree ? values.length : 0;
    while (list.length < length) list.insert(list.length, 'null', this.work);
    if (list !== known) owner.set(`_${name}`, list);
    return list;
  }

  private walk(from: ObjectTree, steps: readonly Step[]): ObjectTree {
    let found: Tree | undefined = from;
    for (const step of steps) {
      if (typeof step === 'number') found = found instanceof ArrayTree ? found.open(step, this.work) : undefined;
      else found = found instanceof ObjectTree ? found.open(step, this.work) : undefined;
    }
    if (!(found instanceof ObjectTree)) throw unfit('there is no element with children at its path');
    return found;
  }
}

/** A resource says itself what it is. */
function kindIn(object: ObjectTree, work: Work): Kind | undefined {
  const type = object.open('resourceType', work);
  return typeof type === 'string' ? kindAt(JSON.parse(type) as string) : undefined;
}

function indexIn({ index }: Location): number[] {
  return index === undefined ? [] : [index];
}
