// FHIR R4, section 3.1.1.4.12 "reference".
import { isFragment, isId, parseReference, referenceText } from '#libs/fhir-model';
import { isSubtype, type PathResult } from '#libs/fhir-path';
import { unescaped } from './escape.js';
import { type Term, textOf } from './term.js';
import { tokenTerms } from './token.js';
import { withoutVersion } from './uri.js';

/** Up to so many possible target types a bare id is asked for as Type/id of each; beyond, rows are written for the id alone. */
const FEW_TARGETS = 20;

/** Whether rows for bare ids are needed; both sides of the index must answer alike. */
export function indexesBareIds(targets: readonly string[]): boolean {
  return targets.length > FEW_TARGETS;
}

/** What a reference is found by: its target, with and without the version, and its identifier. */
export function referenceTerms({ value, type }: PathResult, bareIds: boolean): Term[] {
  if (type === 'Reference') return [...literal(textOf(value, 'reference'), bareIds), ...identifier(value)];
  if (typeof value === 'string') return isSubtype(type, 'uri') ? canonical(value) : [];
  return resource(value, type, bareIds);
}

function literal(text: string | undefined, bareIds: boolean): Term[] {
  if (text === undefined || isFragment(text)) return [];
  const parsed = parseReference(text);
  if (!parsed) return [['url', text]];
  const terms: Term[] = [[parsed.base === undefined ? 'target' : 'url', text]];
  const { version, ...current } = parsed;
  if (version !== undefined) terms.push([parsed.base === undefined ? 'target' : 'url', referenceText(current)]);
  if (bareIds && parsed.base === undefined) terms.push(['id', parsed.id]);
  return terms;
}

function canonical(text: string): Term[] {
  return [text, ...withoutVersion(text)].map((one) => ['url', one]);
}

/** A resource that stands in place of a reference to it: the first entry of a Bundle. */
function resource(value: unknown, type: string, bareIds: boolean): Term[] {
  const id = textOf(value, 'id');
  return id === undefined ? [] : literal(`${type}/${id}`, bareIds);
}

function identifier(reference: unknown): Term[] {
  const { identifier: value } = reference as { identifier?: unknown };
  return tokenTerms({ value, type: 'Identifier' }).map(([kind, ...parts]): Term => [`identifier-${kind}`, ...parts]);
}

export interface ReferenceQuery {
  /** The types the parameter, or its `:Type` modifier, allows. */
  readonly targets: readonly string[];
  /** Whether the parameter itself allows so many types that bare ids have rows. */
  readonly bareIds: boolean;
  /** Our own base: an absolute reference into it asks for the relative one, as which the store indexes it. */
  readonly baseUrl?: string | undefined;
}

/** What `id`, `Type/id`, a URL, or a URL with `|version` asks for, any of them; undefined if it is none of these. */
export function referenceQuery(text: string, name: string, query: ReferenceQuery): Term[] | undefined {
  const value = unescaped(text, name);
  if (value === '') return undefined;
  const parsed = parseReference(value);
  if (!parsed) return isId(value) ? bareId(value, query) : [['url', value]];
  const { base, ...relative } = parsed;
  if (base !== undefined && base !== query.baseUrl) return allowed(parsed.type, query) ? [['url', value]] : [];
  return allowed(parsed.type, query) ? local(referenceText(relative)) : [];
}

function allowed(type: string, { targets }: ReferenceQuery): boolean {
  return targets.length === 0 || targets.includes(type);
}

function bareId(id: string, query: ReferenceQuery): Term[] {
  if (query.bareIds && indexesBareIds(query.targets)) return [['id', id]];
  return query.targets.flatMap((type) => local(`${type}/${id}`));
}

function local(target: string): Term[] {
  return [['target', target]];
}
