// FHIR R4 http.html#transaction: a batch, whose entries know nothing of each other
import { type BundleEntry, bundleText } from '#libs/fhir-model';
import type { Answer } from '../answer.js';
import type { SystemRequest } from '../fhir-request.js';
import type { Services } from '../services.js';
import { readEntry } from './entry.js';
import { entryRequest } from './entry-request.js';
import { interactionOf } from './interaction-of.js';
import { inOrder } from './order.js';
import type { ReceivedBundle } from './process.js';
import { refusedEntry, responseEntry } from './response.js';
import { entryTarget } from './target.js';
import { Turns } from './turns.js';

/** Every entry is authorised, done and recorded on its own, and answered in its place, whatever becomes of the others. */
export async function batch(services: Services, request: SystemRequest, bundle: ReceivedBundle): Promise<Answer> {
  const { bytes, entries } = bundle;
  const answers: BundleEntry[] = [];
  const turns = new Turns();
  const methods: string[] = [];
  for (const { start, end } of entries) {
    methods.push(methodOf(bytes.subarray(start, end)));
    await turns.pass();
  }
  for (const index of inOrder(methods)) {
    const span = entries[index];
    if (span === undefined) continue;
    answers[index] = await settled(services, request, bytes.subarray(span.start, span.end));
    await turns.pass();
  }
  return { status: 200, headers: {}, body: bundleText({ type: 'batch-response', links: [], entries: answers }) };
}

async function settled(services: Services, outer: SystemRequest, bytes: Buffer): Promise<BundleEntry> {
  try {
    const entry = readEntry(bytes);
    const target = entryTarget(entry.request.url);
    const interact = interactionOf(entry.request.method, target);
    const body = entry.resource === undefined ? {} : { body: Buffer.from(entry.resource.text) };
    return responseEntry(await interact(services, { ...entryRequest(outer, entry, target), ...body }));
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
