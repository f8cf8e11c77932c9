// FHIR R4 search.html#summary and #elements: a part of a resource, marked as one.
import { elements, type Member, members } from '#libs/fhir-json';
import { memberDefinition, memberType, type Place, placeOf } from '../element-types.js';
import type { Choice } from './choice.js';

const SUBSETTED = '{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}';

/** Bundles that the server makes for one answer. */
const PAGES = new Set(['searchset', 'history']);

/** Never left out. */
const ALWAYS = new Set(['resourceType', 'id', 'meta']);

/** The text of a resource, or of every resource in a Bundle, with what was chosen; numbers and order stay as stored. */
export function subset(text: string, choice: Choice): string {
  const all = [...members(text, 0)];
  const type = stringOf(text, all, 'resourceType');
  if (type === 'OperationOutcome' || type === 'Parameters') return text;
  const isPage = type === 'Bundle' && PAGES.has(stringOf(text, all, 'type'));
  return isPage ? bundle(text, all, choice) : resource(text, all, choice);
}

/** A searchset or history: what is chosen is chosen of its resources. */
function bundle(text: string, all: readonly Member[], choice: Choice): string {
  const isCount = 'summary' in choice && choice.summary === 'count';
  const parts = all.flatMap(({ name, start, end }) => {
    if (name !== 'entry') return [member(name, text.slice(start, end))];
    if (isCount) return [];
    const entries = [...elements(text, start)].map((span) => entry(text.slice(span.start, span.end), choice));
    return [member(name, `[${entries.join(',')}]`)];
  });
  return `{${parts.join(',')}}`;
}

function entry(text: string, choice: Choice): string {
  const parts = [...members(text, 0)].map(({ name, start, end }) => {
    const value = text.slice(start, end);
    return member(name, name === 'resource' ? subset(value, choice) : value);
  });
  return `{${parts.join(',')}}`;
}

function resource(text: string, all: readonly Member[], choice: Choice): string {
  const place = placeOf(stringOf(text, all, 'resourceType'));
  if (place === undefined) return text;
  const parts = all
    .filter(({ name }) => ALWAYS.has(name) || isChosen(place, name, choice))
    .map(({ name, start, end }) => member(name, shownValue(text.slice(start, end), place, name, choice)));
  return `{${parts.join(',')}}`;
}

function shownValue(text: string, place: Place, name: string, choice: Choice): string {
  if (name === 'meta') return marked(text);
  const type = memberType(place, name);
  const isWhole = !('summary' in choice) || choice.summary !== 'true' || type === undefined;
  if (isWhole || type === 'resource' || !('path' in type) || type.structure !== place.structure) return text;
  return summaryInside(text, type);
}

/** Of the parts of a resource that have no type of their own, the elements of the summary. */
function summaryInside(text: string, place: Place): string {
  if (text.startsWith('[')) {
    const parts = [...elements(text, 0)].map(({ start, end }) => summaryInside(text.slice(start, end), place));
    return `[${parts.join(',')}]`;
  }
  if (!text.startsWith('{')) return text;
  const kept = [...members(text, 0)].filter(({ name }) => isSummary(place, name));
  // What has nothing in the summary is shown whole rather than empty, which no element may be.
  if (kept.length === 0) return text;
  const parts = kept.map(({ name, start, end }) =>
    member(name, shownValue(text.slice(start, end), place, name, { summary: 'true' })),
  );
  return `{${parts.join(',')}}`;
}

function isChosen(place: Place, name: string, choice: Choice): boolean {
  const definition = memberDefinition(place, name);
  const isMandatory = (definition?.min ?? 0) > 0;
  if ('elements' in choice) return isMandatory || choice.elements.has(elementName(definition?.path, name));
  if (choice.summary === 'data') return name !== 'text';
  if (choice.summary === 'text') return name === 'text' || isMandatory;
  return isSummary(place, name);
}

function isSummary(place: Place, name: string): boolean {
  const definition = memberDefinition(place, name);
  return definition !== undefined && (definition.isSummary === true || definition.min > 0);
}

/** `value` of `valueQuantity`, `birthDate` of `_birthDate`. */
function elementName(path: string | undefined, name: string): string {
  return (
    path
      ?.split('.')
      .at(-1)
      ?.replace(/\[x\]$/, '') ?? name
  );
}

/** The tag that says so, so that nobody stores a part as the whole. */
function marked(meta: string): string {
  const tag = [...members(meta, 0)].find(({ name }) => name === 'tag');
  if (tag === undefined) return meta === '{}' ? `{"tag":[${SUBSETTED}]}` : `${meta.slice(0, -1)},"tag":[${SUBSETTED}]}`;
  return `${meta.slice(0, tag.end - 1)},${SUBSETTED}${meta.slice(tag.end - 1)}`;
}

function member(name: string, value: string): string {
  return `${JSON.stringify(name)}:${value}`;
}

function stringOf(text: string, all: readonly Member[], name: string): string {
  const found = all.find((one) => one.name === name);
  return found === undefined ? '' : text.slice(found.start + 1, found.end - 1);
}
