// FHIR R4 http.html#trules: a transaction, stored whole or not at all
import type { JsonDocument } from '#libs/fhir-json';
import { type StoredVersion, type StoreTransaction, Turns, type VersionName } from '#libs/store';
import type { Answer, AnsweredEntry } from '../answer.js';
import { existingAnswer } from '../conditional/create.js';
import { updateFound } from '../conditional/update.js';
import { createUnconditionally } from '../create.js';
import { deleteResource, joined, nothingDeleted } from '../delete.js';
import type { FhirRequest, SystemRequest } from '../fhir-request.js';
import { rewriteLinks } from '../references/rewrite.js';
import type { Services } from '../services.js';
import { ContentBound } from './content-bound.js';
import { atEntry, entryResource } from './entry.js';
import { linksOf, newLink } from './links.js';
import { inOrder } from './order.js';
import { type PlannedEntry, planEntry } from './planned-entry.js';
import type { ReceivedBundle } from './process.js';
import { checkAll, type Referring, referringOf } from './referring.js';
import { type Conditions, type Resolution, readConditions, resolve } from './resolution.js';
import { bundleAnswer, responseEntry, withWarnings } from './response.js';
import { UnderWay } from './under-way.js';

type Inside = Services & { store: StoreTransaction };

/** @throws FhirError naming the entry that failed; then nothing was stored but the events of what was refused. */
export async function transaction(services: Services, request: SystemRequest, bundle: ReceivedBundle): Promise<Answer> {
  const turns = new Turns();
  const plans: PlannedEntry[] = [];
  for (const index of bundle.entries.keys()) {
    services.progress?.(index / 2, bundle.entries.length);
    plans.push(planEntry(services, request, bundle, index));
    await turns.pass();
  }
  const conditions = await readConditions(services, request, plans);
  return services.store.transaction((store) => stored({ ...services, store }, request, bundle, plans, conditions));
}

async function stored(
  services: Inside,
  request: SystemRequest,
  bundle: ReceivedBundle,
  plans: readonly PlannedEntry[],
  conditions: Conditions,
): Promise<Answer> {
  const resolution = await resolve(services, request, plans, conditions);
  const links = linksOf(plans, resolution);
  const inside = { ...services, referentialIntegrity: 'off' as const };
  const answers: AnsweredEntry[] = [];
  const referring: (Referring | undefined)[] = [];
  const written: (readonly VersionName[])[] = [];
  const content = new ContentBound();
  const one = async (plan: PlannedEntry) => {
    try {
      const document = rewritten(bundle, plan, links, resolution);
      const answer = await done(inside, plan, document, resolution.matches.get(plan.index));
      answers[plan.index] = responseEntry(content.bounded(answer));
      written[plan.index] = answer.written ?? [];
      referring[plan.index] = referringOf(services, plan, document, answer);
    } catch (error) {
      throw atEntry(error, plan.index);
    }
  };
  await inTurn(services, bundle, plans, one);
  for (const [index, warnings] of await checkAll(services, referring)) {
    answers[index] = withWarnings(answers[index] as AnsweredEntry, warnings);
  }
  return { ...bundleAnswer('transaction-response', answers), written: written.flat() };
}

/** All entries in their order: those that write and cannot bear on each other together, every other alone. */
async function inTurn(
  services: Services,
  { entries }: ReceivedBundle,
  plans: readonly PlannedEntry[],
  work: (plan: PlannedEntry) => Promise<void>,
): Promise<void> {
  const turns = new Turns();
  const underWay = new UnderWay();
  let kind: string | undefined;
  for (const [nth, index] of inOrder(plans.map(({ method }) => method)).entries()) {
    const plan = plans[index] as PlannedEntry;
    const { start, end } = entries[index] ?? { start: 0, end: 0 };
    const next = togetherAs(plan);
    if (next === undefined || next !== kind) await underWay.settled();
    kind = next;
    await underWay.begin(index, end - start, async () => {
      services.progress?.((plans.length + nth) / 2, plans.length);
      await work(plan);
    });
    await turns.pass();
  }
  await underWay.settled();
}

/** Undefined for what reads or invokes, which may show what others write, and for a Consent, which may decide about them. */
function togetherAs({ writes, method, request }: PlannedEntry): string | undefined {
  return writes && request.type !== 'Consent' ? method : undefined;
}

/** The resource of an entry that writes one, its links those of what is stored. */
function rewritten(
  { bytes, entries }: ReceivedBundle,
  plan: PlannedEntry,
  links: ReadonlyMap<string, string>,
  resolution: Resolution,
): JsonDocument | undefined {
  const span = entries[plan.index];
  if (span === undefined || plan.method === 'GET' || plan.method === 'DELETE') return undefined;
  const resource = entryResource(bytes.subarray(span.start, span.end));
  if (resource === undefined || !plan.writes) return resource;
  if (links.size === 0 && resolution.references.size === 0) return resource;
  return rewriteLinks(resource, newLink(links, resolution, plan));
}

function done(
  services: Services,
  plan: PlannedEntry,
  document: JsonDocument | undefined,
  matches: readonly StoredVersion[] = [],
): Promise<Answer> {
  const { method, writes, interact } = plan;
  const request: FhirRequest = { ...plan.request, ...bodyOf(plan, document) };
  const [match] = matches;
  if (!writes) return interact(services, request);
  if (method === 'POST')
    return match ? existingAnswer(services, request, match) : createUnconditionally(services, request);
  if (method === 'DELETE') return deleted(services, request, matches);
  if (request.id === undefined && method === 'PUT') return updateFound(services, request, match);
  return interact(services, match ? { ...request, id: match.id } : request);
}

/** What is created or updated has been validated; an operation or a patch reads its body itself. */
function bodyOf({ method, writes }: PlannedEntry, document: JsonDocument | undefined): Partial<FhirRequest> {
  if (document === undefined) return {};
  return writes && method !== 'PATCH' ? { document } : { body: Buffer.from(document.text) };
}

async function deleted(services: Services, request: FhirRequest, matches: readonly StoredVersion[]): Promise<Answer> {
  if (request.id !== undefined) return deleteResource(services, request);
  if (matches.length === 0) return nothingDeleted(services, request);
  const answers: Answer[] = [];
  for (const { id } of matches) answers.push(await deleteResource(services, { ...request, id }));
  return joined(answers);
}
