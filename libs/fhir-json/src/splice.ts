// FHIR R4, section 2.26.3.0 "Resource": id, meta.versionId and meta.lastUpdated belong to the server.
import type { JsonDocument } from './json-value.js';
import { type Member, members } from './spans.js';

/** What the server says about a version of a resource. */
export interface ServerAssigned {
  id: string;
  versionId: string;
  /** A FHIR instant. */
  lastUpdated: string;
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

/**
 * The bytes of `doc` with `id`, `meta.versionId` and `meta.lastUpdated` set in place. Everything else stays as it was
 * sent, order and number lexemes included. What is absent is put where FHIR has it: `id` after `resourceType`, `meta`
 * after `id`, the two at the head of `meta`.
 * @throws TypeError when the document is no object or its `meta` is none: validation comes before.
 */
export function splice(doc: JsonDocument, set: ServerAssigned): Uint8Array {
  if (doc.text[0] !== '{') throw new TypeError('Only an object takes an id and meta');
  const root = named(doc.text, 0, ['resourceType', 'id', 'meta']);
  const edits = [...idEdit(root, set), ...metaEdits(doc.text, root, set)];
  return Buffer.from(applied(doc.text, edits));
}

function named(text: string, at: number, names: string[]): Map<string, Member> {
  return new Map(
    members(text, at)
      .filter((member) => names.includes(member.name))
      .map((member) => [member.name, member]),
  );
}

function idEdit(root: Map<string, Member>, set: ServerAssigned): Edit[] {
  const id = root.get('id');
  return id ? [replacement(id, set.id)] : [];
}

function metaEdits(text: string, root: Map<string, Member>, set: ServerAssigned): Edit[] {
  const meta = root.get('meta');
  if (!meta) return insertion(text, root, [...absentId(root, set), `"meta":{${memberTexts(set).join(',')}}`]);
  if (text[meta.start] !== '{') throw new TypeError('meta must be an object');
  return [...insertion(text, root, absentId(root, set)), ...insideMeta(text, meta, set)];
}

function absentId(root: Map<string, Member>, set: ServerAssigned): string[] {
  return root.has('id') ? [] : [`"id":${JSON.stringify(set.id)}`];
}

function memberTexts(set: ServerAssigned, present?: Map<string, Member>): string[] {
  return (['versionId', 'lastUpdated'] as const)
    .filter((name) => !present?.has(name))
    .map((name) => `"${name}":${JSON.stringify(set[name])}`);
}

function insideMeta(text: string, meta: Member, set: ServerAssigned): Edit[] {
  const present = named(text, meta.start, ['versionId', 'lastUpdated']);
  const replaced = [...present.values()].map((member) =>
    replacement(member, member.name === 'versionId' ? set.versionId : set.lastUpdated),
  );
  return [...insertedAt(text, meta.start + 1, memberTexts(set, present)), ...replaced];
}

/** New members of the resource, behind its `id`, else its `resourceType`, else at the head. */
function insertion(text: string, root: Map<string, Member>, added: string[]): Edit[] {
  const before = root.get('id') ?? root.get('resourceType');
  if (!before) return insertedAt(text, 1, added);
  return added.length === 0 ? [] : [{ start: before.end, end: before.end, text: `,${added.join(',')}` }];
}

/** New members right behind an opening brace. */
function insertedAt(text: string, at: number, added: string[]): Edit[] {
  if (added.length === 0) return [];
  return [{ start: at, end: at, text: added.join(',') + (text[at] === '}' ? '' : ',') }];
}

function replacement(member: Member, value: string): Edit {
  return { start: member.start, end: member.end, text: JSON.stringify(value) };
}

function applied(text: string, edits: Edit[]): string {
  let out = '';
  let taken = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    out += text.slice(taken, edit.start) + edit.text;
    taken = edit.end;
  }
  return out + text.slice(taken);
}
