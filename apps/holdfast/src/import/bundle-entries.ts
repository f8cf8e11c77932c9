// FHIR R4, Bundle.entry.resource.
import { elements, members, type Span } from '#libs/fhir-json';

/** The exact source of every entry's resource in a Bundle's JSON text, white space and all, in order. */
export function* entryResources(text: string): Generator<string> {
  for (const resource of entryTexts(text)) if (resource !== undefined) yield resource;
}

/** The same with undefined for an entry that has none. */
export function* entryTexts(text: string): Generator<string | undefined> {
  for (const entry of entries(text)) {
    const resource = memberValue(text, entry, 'resource');
    yield resource && text[resource.start] === '{' ? text.slice(resource.start, resource.end) : undefined;
  }
}

function* entries(text: string): Generator<Span> {
  const list = memberValue(text, { start: 0, end: text.length }, 'entry');
  if (!list || text[list.start] !== '[') return;
  for (const entry of elements(text, list.start)) if (text[entry.start] === '{') yield entry;
}

function memberValue(text: string, object: Span, name: string): Span | undefined {
  return members(text, object.start).find((member) => member.name === name);
}
