// FHIR R4 xml.html: a resource in XML, as the JSON that json.html gives the same resource.
import { FHIR, readXml, type Tag, XHTML, type XmlEvents, type XmlPlace } from '../read-xml.js';
import { XmlError } from '../xml-error.js';
import { decode } from './decode.js';
import { Frame } from './frame.js';
import { Narrative } from './narrative.js';

/** Nesting beyond which a text is refused unless the caller says otherwise: that of fhir-json. */
const DEFAULT_DEPTH = 100;

export interface XmlLimits {
  /** Elements inside one another, the outermost being 1. */
  maxDepth?: number;
}

/**
 * The JSON text of one resource in XML. Numbers are written as they stand in the XML; what should be a number or a boolean and
 * is none becomes a string, for validation to say so. The caller bounds the size; time and memory are linear in it.
 *
 * Refused are, beside what is no well-formed XML in UTF-8: document types, entities other than XML's own five, elements and
 * attributes that the definitions of R4 do not have, that repeat though they may not or stand out of their order, text
 * outside of the narrative, and nesting beyond `limits.maxDepth`.
 * @throws XmlError naming the first fault.
 */
export function toJson(bytes: Uint8Array, { maxDepth = DEFAULT_DEPTH }: XmlLimits = {}): string {
  const text = decode(bytes);
  const reader = new ResourceReader(text);
  readXml(text, maxDepth, reader);
  return reader.resource();
}

class ResourceReader implements XmlEvents {
  private readonly frames: Frame[] = [];
  private narrative: Narrative | undefined;
  private done: string | undefined;

  constructor(private readonly source: string) {}

  resource(): string {
    if (this.done === undefined) throw new XmlError('structure', 'There is no resource in the text');
    return this.done;
  }

  open(tag: Tag, at: XmlPlace): void {
    const parent = this.frames.at(-1);
    if (this.narrative) this.narrative.open(tag);
    else if (parent?.takesNarrative(tag)) this.narrative = new Narrative(tag, this.source, at.position);
    else if (tag.uri === FHIR) this.frames.push(parent ? parent.open(tag, at) : Frame.ofRoot(tag, at));
    else throw at.fault('structure', tag.uri === XHTML ? 'There is no narrative here' : 'An element is not of FHIR');
  }

  close(tag: Tag, at: XmlPlace): void {
    if (this.narrative) this.closeNarrative(tag, at);
    else this.closeElement(at);
  }

  text(text: string, at: XmlPlace): void {
    if (this.narrative) this.narrative.text(text);
    else if (/[^ \t\r\n]/.test(text)) throw at.fault('structure', 'There is text outside of the narrative');
  }

  private closeNarrative(tag: Tag, at: XmlPlace): void {
    const text = this.narrative?.close(tag, at.position);
    if (text === undefined) return;
    this.narrative = undefined;
    this.frames.at(-1)?.addNarrative(text, at);
  }

  private closeElement(at: XmlPlace): void {
    const frame = this.frames.pop() as Frame;
    const part = frame.part(at);
    const parent = this.frames.at(-1);
    if (parent) parent.add(frame, part);
    else this.done = part.value;
  }
}
