// FHIR R4 xml.html: a resource in JSON, as XML.
import type { JsonDocument, JsonObject, JsonValue } from '#libs/fhir-json';
import { isResourceType, OF_PRIMITIVES, placeOf } from '../place.js';
import { FHIR } from '../read-xml.js';
import { XmlError } from '../xml-error.js';
import { divText } from './div-text.js';
import { attributeText } from './escape.js';
import { type Occurrence, occurrences } from './occurrences.js';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

/**
 * The XML text of a resource, its elements in the order of the definitions and its numbers as they stand in the JSON; where it
 * is to be pretty, each element but those of a narrative on a line of its own.
 * @throws XmlError `unwritable` for what no valid resource has: elements that R4 does not define, narrative that is no
 * XHTML, control characters.
 */
export function toXml(document: JsonDocument, isPretty = false): string {
  const writer = new ResourceWriter(document, isPretty);
  return DECLARATION + writer.line(0) + writer.resource(document.value, 0, ` xmlns="${FHIR}"`);
}

class ResourceWriter {
  constructor(
    private readonly document: JsonDocument,
    private readonly isPretty: boolean,
  ) {}

  /** What stands before an element. */
  line(depth: number): string {
    return this.isPretty ? `\n${'  '.repeat(depth)}` : '';
  }

  resource(value: JsonValue | undefined, depth: number, namespace = ''): string {
    const resource = objectIn(value);
    const { resourceType } = resource;
    if (typeof resourceType !== 'string' || !isResourceType(resourceType)) {
      throw new XmlError('unwritable', 'A resource has no type of R4');
    }
    return this.object(resource, resourceType, resourceType, depth, namespace);
  }

  /** An element with children, without its own value. */
  private object(object: JsonObject, place: string, name: string, depth: number, attributes = ''): string {
    let head = `<${name}${attributes}`;
    let children = '';
    for (const occurrence of occurrences(object, placeOf(place))) {
      if (occurrence.slot.isAttribute) head += ` ${occurrence.slot.name}="${this.scalar(occurrence)}"`;
      else children += this.line(depth + 1) + this.element(occurrence, depth + 1);
    }
    return children === '' ? `${head}/>` : `${head}>${children}${this.line(depth)}</${name}>`;
  }

  private element(occurrence: Occurrence, depth: number): string {
    const { slot, value } = occurrence;
    switch (slot.content.kind) {
      case 'primitive':
        return this.primitive(occurrence, depth);
      case 'complex':
        return this.object(objectIn(value), slot.content.place, slot.name, depth);
      case 'resource':
        return `<${slot.name}>${this.line(depth + 1)}${this.resource(value, depth + 1)}${this.line(depth)}</${slot.name}>`;
      default:
        return divText(value);
    }
  }

  private primitive(occurrence: Occurrence, depth: number): string {
    const { slot, value, sibling } = occurrence;
    if (value === undefined && sibling === undefined) throw new XmlError('unwritable', 'A primitive is nothing');
    const attribute = value === undefined ? '' : ` value="${this.scalar(occurrence)}"`;
    if (sibling === undefined) return `<${slot.name}${attribute}/>`;
    return this.object(objectIn(sibling), OF_PRIMITIVES, slot.name, depth, attribute);
  }

  private scalar({ value, holder, key }: Occurrence): string {
    if (typeof value === 'number') return this.document.lexeme(holder, key);
    if (typeof value === 'boolean') return String(value);
    if (typeof value === 'string') return attributeText(value);
    throw new XmlError('unwritable', 'A primitive has no value');
  }
}

function objectIn(value: JsonValue | undefined): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new XmlError('unwritable', 'An element with children is no object');
}
