// XML 1.0 (Fifth Edition) and Namespaces in XML 1.0, without document types: FHIR R4 xml.html and security.html#narrative.
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { XmlError, type XmlErrorReason } from './xml-error.js';

export type Tag = SaxesTagNS;

/** The namespaces of FHIR's elements and of the narrative in them. */
export const FHIR = 'http://hl7.org/fhir';
export const XHTML = 'http://www.w3.org/1999/xhtml';

/** The entities of XML itself. Without a prototype: `&constructor;` is none. */
const ENTITIES: Record<string, string> = Object.assign(Object.create(null) as Record<string, string>, {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
});

/** What a reader does with a text, in the order of the text. */
export interface XmlEvents {
  open(tag: Tag, at: XmlPlace): void;
  close(tag: Tag, at: XmlPlace): void;
  text(text: string, at: XmlPlace): void;
}

/** Where a parser is. */
export interface XmlPlace {
  /** UTF-16 index behind what was just read. */
  readonly position: number;
  fault(reason: XmlErrorReason, fault: string): XmlError;
}

/** Reads a text that comes piece by piece. */
export interface XmlReader {
  /** @throws XmlError for the first fault. */
  write(text: string): void;
  /** There is no more of it. @throws XmlError. */
  close(): void;
}

/**
 * A reader of one well-formed text. It knows the five entities of XML and no other, refuses every document type declaration, and
 * nests no deeper than `maxDepth`. Comments and processing instructions mean nothing. Time is linear in the text.
 */
export function xmlReader(maxDepth: number, events: XmlEvents): XmlReader {
  const parser = new SaxesParser({ xmlns: true, defaultXMLVersion: '1.0', forceXMLVersion: true });
  parser.ENTITIES = ENTITIES;
  const fault = (reason: XmlErrorReason, what: string) =>
    new XmlError(reason, what, { line: parser.line, column: parser.column + 1 });
  const at: XmlPlace = {
    get position() {
      return parser.position;
    },
    fault,
  };
  refuseForbidden(parser, fault);
  let depth = 0;
  parser.on('opentagstart', () => {
    if (++depth > maxDepth) throw fault('depth', `Nesting is deeper than ${maxDepth}`);
  });
  parser.on('opentag', (tag) => events.open(tag, at));
  parser.on('closetag', (tag) => {
    depth--;
    events.close(tag, at);
  });
  parser.on('text', (found) => events.text(found, at));
  parser.on('cdata', (found) => events.text(found, at));
  return { write: (text) => void parser.write(text), close: () => void parser.close() };
}

function refuseForbidden(
  parser: SaxesParser<{ xmlns: true }>,
  fault: (reason: XmlErrorReason, what: string) => XmlError,
): void {
  parser.on('error', () => {
    throw fault('syntax', 'The text is no well-formed XML');
  });
  parser.on('doctype', () => {
    throw fault('doctype', 'A document type declaration is not allowed');
  });
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) throw fault('utf-8', 'The text must be in UTF-8');
  });
}
