// FHIR R4 resource-operation-meta-add.html and -meta-delete.html: a new version that differs in its meta alone
import { decide } from '#libs/consent';
import { type JsonDocument, type JsonObject, type JsonValue, members, parse } from '#libs/fhir-json';
import { badRequest } from '#libs/fhir-model';
import type { Answer } from '../answer.js';
import type { FhirRequest } from '../fhir-request.js';
import { granted } from '../grant.js';
import { isObject } from '../resource-body.js';
import type { Services } from '../services.js';
import { shown } from '../shown.js';
import { updateOne } from '../update.js';
import { checkValidity } from '../validity.js';
import { metaAnswer } from './meta.js';
import { operationParameters } from './parameters.js';

/** The lists of a Meta that can be changed. */
export interface MetaLists {
  readonly profile: readonly JsonValue[];
  readonly security: readonly JsonValue[];
  readonly tag: readonly JsonValue[];
}

const NAMES = ['profile', 'security', 'tag'] as const;

/** The lists before, and those that were given, as those after. May refuse. */
export type MetaChange = (before: MetaLists, given: MetaLists) => MetaLists;

/** The `meta` parameter. @throws FhirError 400 where there is none. */
export function givenMeta(request: FhirRequest): MetaLists {
  const [meta, ...more] = operationParameters(request, ['meta']).get('meta') ?? [];
  if (!isObject(meta) || more.length > 0) throw badRequest('The parameter meta is one Meta', 'required');
  return listsOf(meta);
}

/**
 * Reads the current version, changes its meta and stores the next one, with nobody in between; where nothing changes no
 * version is made. Every byte outside the three lists stays. @throws as read and update do, 422 where the next version would
 * not be valid.
 */
export async function changeMeta(services: Services, request: FhirRequest, change: MetaChange): Promise<Answer> {
  const given = givenMeta(request);
  const { type, id = '' } = request;
  return services.store.transaction(async (store) => {
    const inside = { ...services, store };
    await store.lock({ resources: [{ type, id }] });
    const facts = await granted(inside, request, 'read');
    const version = await shown(inside, request, 'read', await store.read({ type, id }, decide(facts, store.hash64)));
    const document = parse(version.bytes);
    const before = listsOf(isObject(document.value) ? document.value.meta : undefined);
    const after = change(before, given);
    if (JSON.stringify(after) === JSON.stringify(before)) return metaAnswer(version);
    const changed = withLists(document, after);
    checkValidity(inside, request, changed.value);
    const { body: _, ...rest } = request;
    const asked = { ...rest, preference: { ...request.preference, return: 'representation' as const } };
    await updateOne(inside, { ...asked, document: changed }, id, 'removed');
    const stored = await store.read({ type, id }, decide(facts, store.hash64));
    return stored.outcome === 'found' ? metaAnswer(stored.version) : { status: 200, headers: {} };
  });
}

function listsOf(meta: JsonValue | undefined): MetaLists {
  const list = (name: keyof MetaLists) => {
    const value = isObject(meta) ? meta[name] : undefined;
    return Array.isArray(value) ? value : [];
  };
  return { profile: list('profile'), security: list('security'), tag: list('tag') };
}

/** The document with other lists in its meta, which the server has set before, so that it is there. */
function withLists({ text }: JsonDocument, lists: MetaLists): JsonDocument {
  const meta = [...members(text, 0)].find(({ name }) => name === 'meta');
  if (meta === undefined) throw new Error('a stored resource has a meta');
  const kept = [...members(text, meta.start)].filter(({ name }) => !isList(name));
  const texts = [
    ...kept.map(({ name, start, end }) => `${JSON.stringify(name)}:${text.slice(start, end)}`),
    ...NAMES.filter((name) => lists[name].length > 0).map((name) => `"${name}":${JSON.stringify(lists[name])}`),
  ];
  return parse(Buffer.from(`${text.slice(0, meta.start)}{${texts.join(',')}}${text.slice(meta.end)}`));
}

function isList(name: string): boolean {
  return (NAMES as readonly string[]).includes(name.replace(/^_/, ''));
}

/** Whether two tags or labels are the same: by system and code. Profiles are texts. */
export function isSame(one: JsonValue, other: JsonValue): boolean {
  if (!isObject(one) || !isObject(other)) return one === other;
  const key = ({ system = null, code = null }: JsonObject) => JSON.stringify([system, code]);
  return key(one) === key(other);
}
