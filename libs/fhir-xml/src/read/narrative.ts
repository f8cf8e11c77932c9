// FHIR R4 narrative.html#xhtml: the div of a narrative is a string in JSON, and XML in XML.
import { type Tag, XHTML } from '../read-xml.js';
import { attributeText } from '../write/escape.js';

const NAMESPACES = 'http://www.w3.org/2000/xmlns/';

/** The text that a narrative is read from. */
export interface NarrativeSource {
  slice(start: number, end: number): string;
  /** Where the tag begins that ends there. */
  tagBefore(position: number): number;
}

/**
 * A `div` that is being read. Where its elements have no prefixes and it declares their namespace itself, its text is taken as
 * it stands; otherwise it is written anew so, since in JSON there is nothing around it that could declare a prefix.
 */
export class Narrative {
  private readonly start: number;
  private depth = 0;
  private isPlain: boolean;
  private written = '';

  /** `position` is the index behind the tag of the `div`. */
  constructor(
    div: Tag,
    private readonly source: NarrativeSource,
    position: number,
  ) {
    this.start = source.tagBefore(position);
    this.isPlain = div.attributes.xmlns !== undefined;
    this.open(div);
  }

  open(tag: Tag): void {
    const attributes = Object.values(tag.attributes);
    const own = attributes.filter(({ uri }) => uri !== NAMESPACES);
    const plain = tag.prefix === '' && own.every(({ prefix }) => prefix === '' || prefix === 'xml');
    this.isPlain &&= plain && tag.uri === XHTML;
    const texts = own.map(({ local, prefix, value }) => {
      return ` ${prefix === 'xml' ? 'xml:' : ''}${local}="${attributeText(value)}"`;
    });
    const namespace = this.depth === 0 || tag.uri !== XHTML ? ` xmlns="${attributeText(tag.uri)}"` : '';
    this.written += `<${tag.local}${namespace}${texts.join('')}>`;
    this.depth++;
  }

  text(text: string): void {
    this.written += text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;' })[character] ?? '&gt;');
  }

  /** Its text once the `div` itself is closed, undefined before. `position` is the index behind the closing tag. */
  close(tag: Tag, position: number): string | undefined {
    this.written += `</${tag.local}>`;
    if (--this.depth > 0) return undefined;
    return this.isPlain ? this.source.slice(this.start, position) : this.written;
  }
}
