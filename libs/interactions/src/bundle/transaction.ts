// FHIR R4 http.html#trules: a transaction, stored whole or not at all
import type { JsonDocument } from '#libs/fhir-json';
import { type StoredVersion, type StoreTransaction, Turns } from '#libs/store';
import type { Answer, AnsweredEntry, WrittenVersion } from '../answer.js';
import { existingAnswer } from '../conditional/create.js';
import { updateFound } from '../conditional/update.js';
import { createUnconditionally } from '../create.js';
import { deleteResource, joined, nothingDeleted } from '../delete.js';
import type { FhirRequest, SystemRequest } from '../fhir-request.js';
import { rewriteLinks } from '../references/rewrite.js';
import type { Services } from '../services.js';
import { ContentBound } from './content-bound.js';
import { atEntry, entryResource } from './entry.js';
import { entryAnswer } from './entry-answer.js';
import { linksOf, newLink } from './links.js';
import { inOrder, isReading } from './order.js';
import { type PlannedEntry, planEntry } from './planned-entry.js';
import type { ReceivedBundle } from './process.js';
import { checkAll, type Referring, referringOf } from './referring.js';
import { type Conditions, type Resolution, readConditions, resolve, resolveOpen } from './resolution.js';
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
  return services.store.transaction(async (store) => {
    const answer = await stored({ ...services, store }, request, bundle, plans, conditions);
    await services.beforeCommit?.(store, answer);
    return answer;
  });
}

async function stored(
  services: Inside,
  request: SystemRequest,
  bundle: ReceivedBundle,
  plans: readonly PlannedEntry[],
  conditions: Conditions,
): Promise<Answer> {
  let resolution = await resolve(services, request, plans, conditions);
  const links = linksOf(plans, resolution);
  const inside = { ...services, referentialIntegrity: 'off' as const };
  const answers: AnsweredEntry[] = [];
  const referring: (Referring | undefined)[] = [];
  const written: (readonly WrittenVersion[])[] = [];
  const content = new ContentBound();
  const one = async (plan: PlannedEntry) => {
    try {
      const document = rewritten(bundle, plan, links, resolution);
      const answer = await done(inside, plan, document, resolution.matches.get(plan.index));
      answers[plan.index] = responseEntry(entryAnswer(answer, plan.method, plan.request, content));
      // Not the versions themselves: they have their content with them.
      written[plan.index] = (answer.written ?? []).map(nameAndPatients);
      referring[plan.index] = referringOf(services, plan, document, answer);
    } catch (error) {
      throw atEntry(error, plan.index);
    }
  };
  const { open } = resolution;
  const isOpen = ({ references }: PlannedEntry) => references.some((reference) => open.has(reference));
  const isRead = ({ method }: PlannedEntry) => isReading(method);
  const order = inOrder(plans.map(({ method }) => method)).map((index) => plans[index] as PlannedEntry);
  const turn = new InTurn(services, bundle, one);
  await turn.all(order.filter((plan) => !isRead(plan) && !isOpen(plan)));
  if (open.size > 0) resolution = await resolveOpen(services, request, resolution);
  await turn.all(order.filter((plan) => !isRead(plan) && isOpen(plan)));
  await turn.all(order.filter(isRead));
  for (const [index, warnings] of await checkAll(services, referring)) {
    answers[index] = withWarnings(answers[index] as AnsweredEntry, warnings);
  }
  return { ...bundleAnswer('transaction-response', answers), written: written.flat() };
}

function nameAndPatients({ type, id, version, patients }: WrittenVersion): WrittenVersion {
  return { type, id, version, patients };
}

/** Entries in their order: those that write and cannot bear on each other together, every other alone. */
class InTurn {
  readonly #turns = new Turns();
  #begun = 0;

  constructor(
    private readonly services: Services,
    private readonly bundle: ReceivedBundle,
    private readonly work: (plan: PlannedEntry) => Promise<void>,
  ) {}

  async all(plans: readonly PlannedEntry[]): Promise<void> {
    const { entries } = this.bundle;
    const underWay = new UnderWay();
    let kind: string | undefined;
    for (const plan of plans) {
      const { start, end } = entries[plan.index] ?? { start: 0, end: 0 };
      const next = togetherAs(plan);
      if (next === undefined || next !== kind) await underWay.settled();
      kind = next;
      await underWay.begin(plan.index, end - start, async () => {
        this.services.progress?.((entries.length + this.#begun++) / 2, entries.length);
        await this.work(plan);
      });
      await this.#turns.pass();
    }
    await underWay.settled();
  }
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
  if (span === undefined || isReading(plan.method) || plan.method === 'DELETE') return undefined;
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
