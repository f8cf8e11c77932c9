// FHIR R4 http.html#trules: what the conditions of a transaction match, and which resources it writes.
import { badRequest, conflict, preconditionFailed } from '#libs/fhir-model';
import { type StoredVersion, type StoreTransaction, Turns } from '#libs/store';
import { type Criteria, criteriaOf } from '../conditional/criteria.js';
import { matchesOf, matchOf } from '../conditional/match.js';
import type { SystemRequest } from '../fhir-request.js';
import type { Services } from '../services.js';
import { ContentBound } from './content-bound.js';
import { atEntry } from './entry.js';
import type { PlannedEntry } from './planned-entry.js';
import { entryTarget } from './target.js';
import { UnderWay } from './under-way.js';

/** A condition of the transaction, and the first entry that has it. */
interface Condition {
  readonly plan: PlannedEntry;
  readonly criteria: Criteria;
}

/** The conditions of a transaction, read. */
export interface Conditions {
  readonly entries: readonly Condition[];
  /** By the text of the reference. */
  readonly references: ReadonlyMap<string, Condition>;
}

/** What was found, all of it locked. */
export interface Resolution {
  /** By the index of the entry; absent where it has no condition. Without content where that is not wanted. */
  readonly matches: ReadonlyMap<number, readonly StoredVersion[]>;
  /** From conditional references to literal ones. */
  readonly references: ReadonlyMap<string, string>;
  /** Conditional references that matched nothing of what was there before. */
  readonly open: ReadonlyMap<string, Condition>;
}

const MOST_DELETED = 500;

/** @throws FhirError naming the entry: 400, or 403 where searching is not covered by a scope. */
export async function readConditions(
  services: Services,
  outer: SystemRequest,
  plans: readonly PlannedEntry[],
): Promise<Conditions> {
  const entries: Condition[] = [];
  const references = new Map<string, Condition>();
  const turns = new Turns();
  for (const plan of plans) {
    await turns.pass();
    await inEntry(plan, async () => {
      if (plan.writes && plan.request.condition !== undefined) {
        entries.push({ plan, criteria: await criteriaOf(services, plan.request, mostMatches(services, plan)) });
      }
      for (const reference of plan.references.filter((one) => !references.has(one))) {
        references.set(reference, { plan, criteria: await referenceCriteria(services, outer, reference) });
      }
    });
  }
  checkDifferent(entries);
  return { entries, references };
}

function checkDifferent(entries: readonly Condition[]): void {
  const locks = new Set<string>();
  for (const { plan, criteria } of entries) {
    if (locks.has(criteria.lock)) throw atEntry(badRequest('Two entries depend on one condition'), plan.index, false);
    locks.add(criteria.lock);
  }
}

function mostMatches({ deletesSeveral }: Services, { method }: PlannedEntry): number {
  return deletesSeveral && method === 'DELETE' ? MOST_DELETED : 1;
}

function referenceCriteria(services: Services, outer: SystemRequest, reference: string): Promise<Criteria> {
  const { type = '', search = '' } = entryTarget(reference);
  return criteriaOf(services, { ...outer, type, condition: search });
}

/**
 * Looks up all matches under the locks of their conditions, locks what will be written, and looks again.
 * @throws FhirError naming the entry: 412 for several matches; 409 where
 * others changed what matches; 400 where two entries write one resource.
 */
export async function resolve(
  services: Services & { store: StoreTransaction },
  outer: SystemRequest,
  plans: readonly PlannedEntry[],
  { entries, references }: Conditions,
): Promise<Resolution> {
  await services.store.lock({ matches: entries.map(({ criteria }) => criteria.lock) });
  const matches = new Map<number, readonly StoredVersion[]>();
  const bound = new ContentBound();
  await together(entries, async (one) => {
    const light = (await found(services, one)).map((match) => withoutContent(one, match, bound));
    matches.set(one.plan.index, light);
  });
  const written = writtenResources(plans, matches);
  await services.store.lock({ resources: written });
  const replacing = entries.filter(({ plan }) => plan.method !== 'POST');
  await together(replacing, (one) => settled(services, one, matches.get(one.plan.index) ?? []));
  return { matches, ...(await literal(services, outer, references)) };
}

/**
 * The same once all is stored that does not depend on what is open: what the transaction has made is found as well.
 * @throws FhirError naming the entry: 412 for none or several matches.
 */
export async function resolveOpen(
  services: Services,
  outer: SystemRequest,
  { matches, references, open }: Resolution,
): Promise<Resolution> {
  const found = await literal(services, outer, open);
  for (const [reference, { plan }] of found.open) {
    const { type } = entryTarget(reference);
    throw atEntry(preconditionFailed(`Nothing matches the conditional reference to ${type}`), plan.index, false);
  }
  return { matches, references: new Map([...references, ...found.references]), open: found.open };
}

async function literal(
  services: Services,
  outer: SystemRequest,
  conditional: ReadonlyMap<string, Condition>,
): Promise<Pick<Resolution, 'references' | 'open'>> {
  const references = new Map<string, string>();
  const open = new Map<string, Condition>();
  const named = [...conditional].map(([reference, condition]) => ({ reference, condition, plan: condition.plan }));
  await together(named, async ({ plan, reference, condition }) => {
    const found = await inEntry(plan, () => target(services, outer, condition.criteria));
    if (found === undefined) open.set(reference, condition);
    else references.set(reference, found);
  });
  return { references, open };
}

const NOTHING = Buffer.alloc(0);

/** What matches is kept until its entry is answered: its content only where that is to be shown, and as long as there is room. */
function withoutContent({ plan }: Condition, match: StoredVersion, bound: ContentBound): StoredVersion {
  const isShown = plan.method === 'POST' && plan.request.preference.return === 'representation';
  return isShown && bound.takes(match.bytes.length) ? match : { ...match, bytes: NOTHING };
}

/** Asked at once, so that the store can look for many in one statement. */
async function together<T extends { readonly plan: PlannedEntry }>(
  conditions: readonly T[],
  ask: (condition: T) => Promise<void>,
): Promise<void> {
  const underWay = new UnderWay();
  const turns = new Turns();
  for (const condition of conditions) {
    await underWay.begin(condition.plan.index, 0, () => ask(condition));
    await turns.pass();
  }
  await underWay.settled();
}

const ACTIONS: Readonly<Record<string, 'create' | 'update' | 'delete'>> = { POST: 'create', DELETE: 'delete' };

function found(services: Services, { plan, criteria }: Condition): Promise<readonly StoredVersion[]> {
  return inEntry(plan, () => matchesOf(services, plan.request, criteria, ACTIONS[plan.method] ?? 'update'));
}

async function settled(services: Services, one: Condition, before: readonly StoredVersion[]): Promise<void> {
  const now = await found(services, one);
  const same = now.length === before.length && now.every(({ id }) => before.some((other) => other.id === id));
  if (!same)
    throw atEntry(conflict('Others are changing what the condition matches; try again'), one.plan.index, false);
}

async function target(services: Services, outer: SystemRequest, criteria: Criteria): Promise<string | undefined> {
  const { path: type, params } = criteria.search;
  const request = { ...outer, type, condition: params.map(({ name }) => name).join('&') };
  const match = await matchOf(services, request, criteria, 'search-type');
  return match && `${type}/${match.id}`;
}

interface Written {
  readonly type: string;
  readonly id: string;
}

/** Those that exist already or may: what POST creates nobody else can know. */
function writtenResources(
  plans: readonly PlannedEntry[],
  matches: ReadonlyMap<number, readonly StoredVersion[]>,
): Written[] {
  const written = new Map<string, Written>();
  for (const plan of plans.filter(({ writes, method }) => writes && method !== 'POST')) {
    for (const id of idsOf(plan, matches.get(plan.index))) {
      const { type } = plan.request;
      const name = `${type}/${id}`;
      if (written.has(name)) throw atEntry(badRequest(`Two entries write ${name}`), plan.index, false);
      written.set(name, { type, id });
    }
  }
  return [...written.values()];
}

function idsOf({ request, givenId }: PlannedEntry, matches: readonly StoredVersion[] = []): string[] {
  if (request.id !== undefined) return [request.id];
  if (matches.length > 0) return matches.map(({ id }) => id);
  return givenId === undefined ? [] : [givenId];
}

async function inEntry<T>({ index }: PlannedEntry, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw atEntry(error, index, false);
  }
}
