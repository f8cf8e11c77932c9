// FHIR R4 xml.html: a resource in XML, as the JSON that json.html gives the same resource.
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { FHIR, type Tag, XHTML, type XmlEvents, type XmlPlace, xmlReader } from '../read-xml.js';
import { XmlError } from '../xml-error.js';
import { decode, decodedPieces } from './decode.js';
import { Frame } from './frame.js';
import type { Part } from './members.js';
import { Narrative } from './narrative.js';

/** Nesting beyond which a text is refused unless the caller says otherwise: that of fhir-json. */
const DEFAULT_DEPTH = 100;

export interface XmlLimits {
  /** Elements inside one another, the outermost being 1. */
  maxDepth?: number;
}

/** Characters that are read before others get their turn: some milliseconds. */
const TURN = 64 * 1024;

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
  const source = new Source();
  const reader = new ResourceReader(source);
  const xml = xmlReader(maxDepth, reader);
  xml.write(source.add(decode(bytes)));
  xml.close();
  return reader.resource();
}

/**
 * The same as bytes, for what is large: others get their turn while it is read, and no more of it is held as text than one entry of a
 * Bundle. Rejects with XmlError.
 */
export async function toJsonInTurns(bytes: Uint8Array, { maxDepth = DEFAULT_DEPTH }: XmlLimits = {}): Promise<Buffer> {
  const source = new Source();
  const entries = new BundleEntries();
  const reader = new ResourceReader(source, entries);
  const xml = xmlReader(maxDepth, reader);
  for (const text of decodedPieces(bytes, TURN)) {
    xml.write(source.add(text));
    if (!reader.isInNarrative) source.forget();
    await setImmediate();
  }
  xml.close();
  return entries.within(reader.resource());
}

/** The text that has been read, as far as it may still be asked for. */
class Source {
  #text = '';
  /** Index of its first character in the whole. */
  #start = 0;

  add(text: string): string {
    this.#text += text;
    return text;
  }

  /** A tag that is being read may begin in what was there before. */
  forget(): void {
    const open = this.#text.lastIndexOf('<');
    const kept = open < 0 ? '' : this.#text.slice(open);
    this.#start += this.#text.length - kept.length;
    this.#text = kept;
  }

  slice(start: number, end: number): string {
    return this.#text.slice(start - this.#start, end - this.#start);
  }

  /** Where the tag begins that ends there. */
  tagBefore(position: number): number {
    return this.#start + this.#text.lastIndexOf('<', position - this.#start - 1);
  }
}

/** The entries of a Bundle as bytes: a mark stands in their place until all else is known. */
class BundleEntries {
  readonly #mark = `holdfast-entries-${randomUUID()}`;
  readonly #pieces: Buffer[] = [];

  /** What stands in place of an entry: the mark, once. */
  take(entry: string): string | undefined {
    this.#pieces.push(Buffer.from(this.#pieces.length === 0 ? entry : `,${entry}`));
    return this.#pieces.length === 1 ? this.#mark : undefined;
  }

  within(text: string): Buffer {
    const [head = '', tail = ''] = text.split(this.#mark);
    return Buffer.concat([Buffer.from(head), ...this.#pieces, Buffer.from(tail)]);
  }
}

class ResourceReader implements XmlEvents {
  private readonly frames: Frame[] = [];
  private narrative: Narrative | undefined;
  private done: string | undefined;

  /** With `entries`, those of a Bundle go there as soon as they are read. */
  constructor(
    private readonly source: Source,
    private readonly entries?: BundleEntries,
  ) {}

  get isInNarrative(): boolean {
    return this.narrative !== undefined;
  }

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
    if (!parent) this.done = part.value;
    else if (this.frames.length === 1 && this.entries && frame.isBundleEntry) this.takeEntry(parent, frame, part);
    else parent.add(frame, part);
  }

  private takeEntry(bundle: Frame, entry: Frame, { value = '' }: Part): void {
    const mark = this.entries?.take(value);
    if (mark !== undefined) bundle.add(entry, { value: mark });
  }
}
