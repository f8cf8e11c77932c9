// FHIR R4 http.html#transaction: references among the entries become references to what was stored.
import { elements, type JsonDocument, members, parse } from '#libs/fhir-json';
import { memberType, type Place, placeOf } from '../element-types.js';

/** What a link is to be replaced by; undefined where it stays. Asked for references, and for uri, url, oid and uuid. */
export type NewLink = (link: string, isReference: boolean) => string | undefined;

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const LINKS = new Set(['uri', 'url', 'oid', 'uuid']);

/**
 * The document with its links replaced, in references, in elements that hold a link, in extensions, in contained resources, and
 * in `href` and `src` of narratives. Every other byte stays as it was sent. The same document where nothing is replaced.
 */
export function rewriteLinks(document: JsonDocument, newLink: NewLink): JsonDocument {
  const walk = new Walk(document.text, newLink);
  walk.resource(0);
  if (walk.edits.length === 0) return document;
  return parse(Buffer.from(applied(document.text, walk.edits)));
}

class Walk {
  readonly edits: Edit[] = [];

  constructor(
    private readonly text: string,
    private readonly newLink: NewLink,
  ) {}

  resource(at: number): void {
    const type = members(this.text, at).find(({ name }) => name === 'resourceType');
    const place = type && placeOf(this.string(type.start, type.end));
    if (place) this.object(at, place);
  }

  private object(at: number, place: Place): void {
    for (const { name, start, end } of members(this.text, at)) {
      const type = memberType(place, name);
      if (type === undefined) continue;
      if (type === 'resource' || 'path' in type) this.values(start, (value) => this.nested(value, type));
      else if (place.structure === 'Reference' && name === 'reference') this.link(start, end, true);
      else this.primitive(start, end, type.primitive);
    }
  }

  private primitive(start: number, end: number, type: string): void {
    if (type === 'xhtml') this.narrative(start, end);
    else if (LINKS.has(type)) this.values(start, (value, last) => this.link(value, last, false), end);
  }

  private nested(at: number, type: Place | 'resource'): void {
    if (this.text[at] !== '{') return;
    if (type === 'resource') this.resource(at);
    else this.object(at, type);
  }

  /** One value, or each of a list. */
  private values(start: number, visit: (start: number, end: number) => void, end = start): void {
    if (this.text[start] !== '[') visit(start, end);
    else for (const element of elements(this.text, start)) visit(element.start, element.end);
  }

  private link(start: number, end: number, isReference: boolean): void {
    if (this.text[start] !== '"') return;
    const link = this.newLink(this.string(start, end), isReference);
    if (link !== undefined) this.edits.push({ start, end, text: JSON.stringify(link) });
  }

  /** The narrative is a JSON string: its quotes are escaped, or single ones. */
  private narrative(start: number, end: number): void {
    for (const match of this.text.slice(start, end).matchAll(/(\b(?:href|src)\s*=\s*(?:\\"|'))([^"'\\]+)/g)) {
      const [, before = '', old = ''] = match;
      const link = this.newLink(old, false);
      const at = start + match.index + before.length;
      if (link !== undefined)
        this.edits.push({ start: at, end: at + old.length, text: JSON.stringify(link).slice(1, -1) });
    }
  }

  private string(start: number, end: number): string {
    const literal = this.text.slice(start, end);
    return literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
  }
}

function applied(text: string, edits: readonly Edit[]): string {
  let out = '';
  let taken = 0;
  for (const edit of edits) {
    out += text.slice(taken, edit.start) + edit.text;
    taken = edit.end;
  }
  return out + text.slice(taken);
}
