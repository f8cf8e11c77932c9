// FHIR R4 http.html#transaction: a batch, whose entries know nothing of each other
import { type BundleEntry, badRequest } from '#libs/fhir-model';
import { Turns } from '#libs/store';
import type { Answer, AnsweredEntry } from '../answer.js';
import type { SystemRequest } from '../fhir-request.js';
import type { Services } from '../services.js';
import { ALONE, type Company, companyOf } from './company.js';
import { ContentBound } from './content-bound.js';
import { type EntryRequest, readEntry } from './entry.js';
import { entryAnswer } from './entry-answer.js';
import { placedInBundle } from './entry-place.js';
import { entryRequest } from './entry-request.js';
import { interactionOf } from './interaction-of.js';
import { inOrder } from './order.js';
import type { ReceivedBundle } from './process.js';
import { bundleAnswer, refusedEntry, responseEntry } from './response.js';
import { entryTarget } from './target.js';
import { UnderWay } from './under-way.js';

/**
 * Every entry is authorised, done and recorded on its own, and answered in its place, whatever becomes of the others. DELETE, POST,
 * PUT and PATCH, GET come one after the other; of one kind a bounded number are worked on at once (ADR 0061).
 * @throws FhirError 400 inside a transaction, where entries could not each be on their own.
 */
export async function batch(services: Services, request: SystemRequest, bundle: ReceivedBundle): Promise<Answer> {
  if (services.isOneTransaction) throw badRequest('X-Provenance is not for a batch', 'not-supported');
  const { bytes, entries } = bundle;
  const turns = new Turns();
  const methods: string[] = [];
  const companies: Company[] = [];
  for (const { start, end } of entries) {
    const asked = askedBy(bytes.subarray(start, end));
    methods.push(asked?.method ?? '');
    companies.push(asked ? companyOf(asked) : ALONE);
    await turns.pass();
  }
  const inTurn = new BatchInTurn(services, request, bundle);
  for (const index of inOrder(methods)) {
    await inTurn.begin(index, companies[index] ?? ALONE);
    await turns.pass();
  }
  return bundleAnswer('batch-response', await inTurn.settled());
}

/** What is no entry is answered in its turn. */
function askedBy(bytes: Buffer): EntryRequest | undefined {
  try {
    return readEntry(bytes).request;
  } catch {
    return undefined;
  }
}

/** Entries that are begun in their order, and their answers. */
class BatchInTurn {
  readonly #answers: AnsweredEntry[] = [];
  readonly #content = new ContentBound();
  readonly #underWay = new UnderWay();
  readonly #last = new Map<string, Promise<void>>();
  #kind: string | undefined;
  #begun = 0;

  constructor(
    private readonly services: Services,
    private readonly outer: SystemRequest,
    private readonly bundle: ReceivedBundle,
  ) {}

  async begin(index: number, { kind, most, about }: Company): Promise<void> {
    if (kind === undefined || kind !== this.#kind) await this.#underWay.settled();
    this.#kind = kind;
    const { start, end } = this.bundle.entries[index] ?? { start: 0, end: 0 };
    const work = async () => {
      this.#answers[index] = this.#stopped() ?? (await this.#answer(index, this.bundle.bytes.subarray(start, end)));
    };
    await this.#underWay.begin(index, end - start, () => this.#after(about, work), most);
  }

  /** Every answer in its place. @throws what is no refusal. */
  async settled(): Promise<AnsweredEntry[]> {
    await this.#underWay.settled();
    return this.#answers;
  }

  /** Once what was begun before about the same has ended. */
  #after(about: string | undefined, work: () => Promise<void>): Promise<void> {
    if (about === undefined) return work();
    const working = (this.#last.get(about) ?? Promise.resolve()).then(work);
    this.#last.set(about, working);
    return working;
  }

  async #answer(index: number, bytes: Buffer): Promise<AnsweredEntry> {
    const { services, outer, bundle } = this;
    try {
      const entry = readEntry(bytes);
      const { method, url } = entry.request;
      const target = entryTarget(url);
      const interact = interactionOf(method, target);
      const source = outer.source ?? { text: bytes, at: '/resource' };
      const body = entry.resource === undefined ? {} : { body: Buffer.from(entry.resource.text), source };
      const request = { ...entryRequest(outer, entry, target), ...body };
      return responseEntry(entryAnswer(await interact(services, request), method, request, this.#content));
    } catch (error) {
      return refusedEntry(placedInBundle(error, bundle, index));
    }
  }

  /** The answer to an entry that is not to be done any more. */
  #stopped(): BundleEntry | undefined {
    try {
      this.services.progress?.(this.#begun++, this.bundle.entries.length);
      return undefined;
    } catch (error) {
      return refusedEntry(error);
    }
  }
}
