// FHIR R4 json.html: an element that is being read from XML, and the JSON it becomes.
import { type Content, isResourceType, OF_PRIMITIVES, type Place, placeOf, type Slot } from '../place.js';
import { type Tag, XHTML, type XmlPlace } from '../read-xml.js';
import { Members, type Part } from './members.js';
import { scalarText } from './scalar-text.js';

const SCHEMA_INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';
const NAMESPACES = 'http://www.w3.org/2000/xmlns/';

/** One open element of FHIR. */
export class Frame {
  private readonly members = new Members();
  private value: string | undefined;

  private constructor(
    private readonly content: Content,
    private readonly place: Place,
    /** Where it stands in its parent; absent for the outermost element and for a resource within an element. */
    readonly slot?: Slot,
    private readonly resourceType?: string,
  ) {}

  /** The outermost element. @throws XmlError if that is no resource. */
  static ofRoot(tag: Tag, at: XmlPlace): Frame {
    return Frame.ofResource(tag, at);
  }

  private static ofResource(tag: Tag, at: XmlPlace): Frame {
    if (!isResourceType(tag.local)) throw at.fault('structure', 'A resource is expected, and this is no type of R4');
    const frame = new Frame({ kind: 'complex', place: tag.local }, placeOf(tag.local), undefined, tag.local);
    return frame.withAttributes(tag, at);
  }

  private static ofElement(slot: Slot, tag: Tag, at: XmlPlace): Frame {
    return new Frame(slot.content, placeWithin(slot.content), slot).withAttributes(tag, at);
  }

  /** Whether it is an entry of a Bundle, if what it stands in is the outermost element. */
  get isBundleEntry(): boolean {
    return this.content.kind === 'complex' && this.content.place === 'Bundle.entry';
  }

  /** The frame of a child. @throws XmlError if it may not stand here. */
  open(tag: Tag, at: XmlPlace): Frame {
    if (this.content.kind === 'resource') {
      if (this.value !== undefined) throw at.fault('structure', 'There is more than one resource in an element');
      return Frame.ofResource(tag, at);
    }
    const slot = this.place.get(tag.local);
    if (!slot || slot.isAttribute || slot.content.kind === 'xhtml') throw at.fault('structure', unknown(tag));
    this.members.enter(slot, at);
    return Frame.ofElement(slot, tag, at);
  }

  /** Whether a tag is the `div` that this element may have. */
  takesNarrative(tag: Tag): boolean {
    return tag.uri === XHTML && this.place.get(tag.local)?.content.kind === 'xhtml';
  }

  addNarrative(text: string, at: XmlPlace): void {
    const slot = this.place.get('div') as Slot;
    this.members.enter(slot, at);
    this.members.add(slot, { value: JSON.stringify(text) });
  }

  add(child: Frame, part: Part): void {
    if (child.slot) this.members.add(child.slot, part);
    else this.value = part.value as string;
  }

  /** What it is in JSON, once it is closed. */
  part(at: XmlPlace): Part {
    if (this.content.kind === 'complex') return { value: this.members.text(this.resourceType) };
    if (this.content.kind === 'primitive' && !this.members.isEmpty) {
      const sibling = this.members.text();
      return this.value === undefined ? { sibling } : { value: this.value, sibling };
    }
    if (this.value === undefined) throw at.fault('structure', 'An element has no content');
    return { value: this.value };
  }

  private withAttributes(tag: Tag, at: XmlPlace): this {
    for (const { local, prefix, uri, value } of Object.values(tag.attributes)) {
      if (uri === NAMESPACES || (uri === SCHEMA_INSTANCE && local === 'schemaLocation')) continue;
      const name = prefix === '' ? local : '';
      if (name === 'value' && this.content.kind === 'primitive') this.value = scalarText(value, this.content.scalar);
      else this.addAttribute(name, value, at);
    }
    return this;
  }

  private addAttribute(name: string, value: string, at: XmlPlace): void {
    const slot = this.place.get(name);
    if (!slot?.isAttribute) throw at.fault('structure', 'An attribute is not known here');
    this.members.add(slot, { value: JSON.stringify(value) });
  }
}

function placeWithin(content: Content): Place {
  if (content.kind === 'complex') return placeOf(content.place);
  return content.kind === 'primitive' ? placeOf(OF_PRIMITIVES) : NOTHING;
}

const NOTHING: Place = new Map();

/** Names of XML cannot be longer than the body, so the message shows but the head of one. */
function unknown(tag: Tag): string {
  return `An element ${tag.local.slice(0, 64)} is not known here`;
}
