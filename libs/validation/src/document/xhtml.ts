// FHIR R4, section 2.4.0.3 "Narrative", txt-1 and txt-2: https://hl7.org/fhir/R4/narrative.html
import { isCharacter } from '../primitive/characters.js';
import { quote } from '../words.js';
import { isAllowedAttribute, isAllowedElement } from './xhtml-names.js';

const NAMESPACE = 'http://www.w3.org/1999/xhtml';
const TAG =
  /<(?:(?<close>\/[A-Za-z][\w:.-]*)\s*>|(?<open>[A-Za-z][\w:.-]*)(?<attributes>(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(?<empty>\/?)>)/y;
const ATTRIBUTE = /\s+([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const BAD_ENTITY = /&(?!(?:lt|gt|amp|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)[^;\s<&]{0,32};?/;
const NUMBER = /&#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}));/g;
const SCRIPT = /^(?:javascript|vbscript):|^data:(?!image\/(?:png|gif|jpeg|svg\+xml)[;,])/i;
const EXTERNAL = new Set(['href', 'src', 'cite', 'longdesc', 'usemap']);
const DEEPEST = 100;

/** One thing wrong with a narrative; `rule` is the constraint of FHIR that says so, if one does. */
export interface XhtmlFault {
  readonly text: string;
  readonly rule?: 'txt-1' | 'txt-2';
}

/** The first fault of a `div`, read once from start to end; undefined if there is none. */
export function xhtmlFault(div: string): XhtmlFault | undefined {
  return new Reader(div).fault();
}

class Reader {
  private readonly open: string[] = [];
  private hasContent = false;
  private at = 0;

  constructor(private readonly div: string) {}

  fault(): XhtmlFault | undefined {
    for (let start = this.div.indexOf('<'); start >= 0; start = this.div.indexOf('<', this.at)) {
      const fault = this.text(start) ?? (this.div.startsWith('<!--', start) ? this.comment(start) : this.tag(start));
      if (fault) return fault;
    }
    return this.text(this.div.length) ?? this.end();
  }

  private text(end: number): XhtmlFault | undefined {
    const between = this.div.slice(this.at, end);
    if (/\S/.test(between)) this.hasContent = true;
    return textFault(between, this.open);
  }

  private comment(start: number): XhtmlFault | undefined {
    const end = this.div.indexOf('--', start + 4);
    this.at = end + 3;
    const isGood = end >= 0 && this.div[end + 2] === '>' && this.open.length > 0;
    return isGood ? undefined : { text: 'a comment that does not end, or stands outside the div' };
  }

  private tag(start: number): XhtmlFault | undefined {
    return this.plainTag(start) ? undefined : this.anyTag(start);
  }

  /** The end of what is open, which is every other tag; false for all else. */
  private plainTag(start: number): boolean {
    const expected = this.open.at(-1);
    if (expected === undefined || this.div[start + 1] !== '/' || !this.div.startsWith(expected, start + 2))
      return false;
    const end = start + 2 + expected.length;
    if (this.div[end] !== '>') return false;
    this.open.pop();
    this.at = end + 1;
    return true;
  }

  private anyTag(start: number): XhtmlFault | undefined {
    TAG.lastIndex = start;
    const groups = TAG.exec(this.div)?.groups;
    if (!groups)
      return { text: `${quote(this.div.slice(start, start + 40))} is no XHTML: a tag that is not well-formed` };
    if (groups.open === 'img') this.hasContent = true;
    this.at = TAG.lastIndex;
    return groups.close === undefined ? this.opened(groups, start === 0) : this.closed(groups.close);
  }

  private opened({ open: name = '', attributes = '', empty }: Groups, isFirst: boolean): XhtmlFault | undefined {
    const isPlaced = isFirst ? name === 'div' : this.open.length > 0;
    if (!isPlaced) return { text: `a narrative is one <div> element, found <${name}>`, rule: 'txt-1' };
    if (!isAllowedElement(name)) return { text: `<${name}> is not allowed in a narrative`, rule: 'txt-1' };
    if (empty !== '/') this.open.push(name);
    if (this.open.length > DEEPEST) return { text: `elements nested more than ${DEEPEST} deep` };
    return attributesFault(name, attributes, isFirst);
  }

  private closed(close: string): XhtmlFault | undefined {
    const expected = this.open.pop();
    if (`/${expected}` === close) return undefined;
    return { text: `<${close}> closes ${expected === undefined ? 'nothing' : `<${expected}>`}` };
  }

  private end(): XhtmlFault | undefined {
    if (this.open.length > 0) return { text: `<${this.open.at(-1)}> is never closed` };
    return this.hasContent ? undefined : { text: 'the narrative has neither text nor an image', rule: 'txt-2' };
  }
}

function textFault(between: string, open: readonly string[]): XhtmlFault | undefined {
  if (open.length === 0 && /\S/.test(between))
    return { text: 'a narrative is one <div> element, and nothing around it' };
  return entityFault(between);
}

function entityFault(text: string): XhtmlFault | undefined {
  const entity = BAD_ENTITY.exec(text)?.[0] ?? badNumber(text);
  return entity === undefined
    ? undefined
    : { text: `${quote(entity)} is no entity of XML: expected a character or its number` };
}

/** A reference to what is no character in XML. */
function badNumber(text: string): string | undefined {
  if (!text.includes('&#')) return undefined;
  for (const [all, hex, decimal] of text.matchAll(NUMBER)) if (!isCharacter(numberOf(hex, decimal))) return all;
  return undefined;
}

function numberOf(hex: string | undefined, decimal: string | undefined): number {
  return hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
}

type Groups = Readonly<Record<string, string | undefined>>;

function attributesFault(element: string, attributes: string, isFirst: boolean): XhtmlFault | undefined {
  if (attributes === '' && !isFirst) return undefined;
  const seen = new Set<string>();
  for (const [, name = '', double, single] of attributes.matchAll(ATTRIBUTE)) {
    const fault = attributeFault(element, name, double ?? single ?? '');
    if (fault) return fault;
    if (seen.has(name)) return { text: `<${element}> has ${name} twice` };
    seen.add(name);
  }
  return isFirst && !seen.has('xmlns') ? { text: `the div has no xmlns="${NAMESPACE}"` } : undefined;
}

function attributeFault(element: string, name: string, value: string): XhtmlFault | undefined {
  if (!isAllowedAttribute(element, name))
    return { text: `${quote(name)} is not allowed on <${element}> in a narrative`, rule: 'txt-1' };
  if (name === 'xmlns' && value !== NAMESPACE) return { text: `xmlns is ${quote(value)}, expected ${NAMESPACE}` };
  const entity = entityFault(value);
  if (entity !== undefined) return entity;
  const isScript = EXTERNAL.has(name) && SCRIPT.test(decoded(value));
  return isScript ? { text: `${name} of <${element}> runs a script: ${quote(value)}`, rule: 'txt-1' } : undefined;
}

/** As a browser reads it: numbers for characters, and spaces, hide a script from no one. */
function decoded(value: string): string {
  const start = value
    .slice(0, 200)
    .replaceAll(NUMBER, (_, hex?: string, decimal?: string) => String.fromCodePoint(numberOf(hex, decimal)));
  return start.replaceAll(/[\p{Cc}\s]+/gu, '');
}
