// FHIR R4 http.html#transaction: a batch, whose entries know nothing of each other
import type { BundleEntry } from '#libs/fhir-model';
import { Turns } from '#libs/store';
import type { Answer, AnsweredEntry } from '../answer.js';
import type { SystemRequest } from '../fhir-request.js';
import type { Services } from '../services.js';
import { readEntry } from './entry.js';
import { placedInBundle } from './entry-place.js';
import { entryRequest } from './entry-request.js';
import { interactionOf } from './interaction-of.js';
import { inOrder } from './order.js';
import type { ReceivedBundle } from './process.js';
import { bundleAnswer, refusedEntry, responseEntry } from './response.js';
import { entryTarget } from './target.js';

/** Every entry is authorised, done and recorded on its own, and answered in its place, whatever becomes of the others. */
export async function batch(services: Services, request: SystemRequest, bundle: ReceivedBundle): Promise<Answer> {
  const { bytes, entries } = bundle;
  const answers: AnsweredEntry[] = [];
  const turns = new Turns();
  const methods: string[] = [];
  for (const { start, end } of entries) {
    methods.push(methodOf(bytes.subarray(start, end)));
    await turns.pass();
  }
  for (const [done, index] of inOrder(methods).entries()) {
    const span = entries[index];
    if (span === undefined) continue;
    answers[index] =
      stopped(services, done, entries.length) ??
      (await settled(services, request, bundle, index, bytes.subarray(span.start, span.end)));
    await turns.pass();
  }
  return bundleAnswer('batch-response', answers);
}

async function settled(
  services: Services,
  outer: SystemRequest,
  bundle: ReceivedBundle,
  index: number,
  bytes: Buffer,
): Promise<AnsweredEntry> {
  try {
    const entry = readEntry(bytes);
    const target = entryTarget(entry.request.url);
    const interact = interactionOf(entry.request.method, target);
    const source = outer.source ?? { text: bytes, at: '/resource' };
    const body = entry.resource === undefined ? {} : { body: Buffer.from(entry.resource.text), source };
    return responseEntry(await interact(services, { ...entryRequest(outer, entry, target), ...body }));
  } catch (error) {
    return refusedEntry(placedInBundle(error, bundle, index));
  }
}

/** The answer to an entry that is not to be done any more. */
function stopped({ progress }: Services, done: number, all: number): BundleEntry | undefined {
  try {
    progress?.(done, all);
    return undefined;
  } catch (error) {
    return refusedEntry(error);
  }
}

/** What is no entry is answered in its turn. */
function methodOf(bytes: Buffer): string {
  try {
    return readEntry(bytes).request.method;
  } catch {
    return '';
  }
}
