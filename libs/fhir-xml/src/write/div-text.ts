// FHIR R4 narrative.html#xhtml: the div of a narrative is one well-formed element of XHTML.
import type { JsonValue } from '#libs/fhir-json';
import { type Tag, XHTML, type XmlPlace, xmlReader } from '../read-xml.js';
import { XmlError } from '../xml-error.js';

const DEPTH = 100;

/**
 * A narrative as it can stand within a resource: its own text, with the namespace declared if it was not.
 * @throws XmlError `unwritable` for what would not be one `div` there.
 */
export function divText(value: JsonValue | undefined): string {
  if (typeof value !== 'string') throw new XmlError('unwritable', 'A narrative is no text');
  const div = new Div();
  readDiv(value, div);
  return div.isUndeclared ? declared(value) : value;
}

function declared(text: string): string {
  if (!/^\s*<div/.test(text)) throw notXhtml();
  return text.replace('<div', `<div xmlns="${XHTML}"`);
}

function readDiv(text: string, div: Div): void {
  if (!/^\s*</.test(text) || /^\s*<\?xml\s/.test(text)) throw notXhtml();
  try {
    const xml = xmlReader(DEPTH, div);
    xml.write(text);
    xml.close();
  } catch (error) {
    throw error instanceof XmlError ? notXhtml() : error;
  }
}

function notXhtml(): XmlError {
  return new XmlError('unwritable', 'A narrative is no well-formed XHTML');
}

class Div {
  private isOutermost = true;
  isUndeclared = false;

  open(tag: Tag, at: XmlPlace): void {
    if (!this.isOutermost) return;
    this.isOutermost = false;
    this.isUndeclared = tag.name === 'div' && tag.attributes.xmlns === undefined;
    if (!this.isUndeclared && (tag.local !== 'div' || tag.uri !== XHTML)) throw at.fault('structure', 'No div');
  }

  close(): void {}

  text(): void {}
}
