// Everything that waits goes to the ledger in use before the log leaves it
import { type Lease, undrained } from '#libs/store';
import { Anchorer, type AnchorerParts } from '../anchor/anchorer.js';
import { ConsentAnchorer } from '../anchor/consent-anchorer.js';
import { OpenedBlocks } from '../follow/opened-blocks.js';
import { Leadership } from '../leadership.js';

export type DrainParts = Omit<AnchorerParts, 'consents' | 'blocks'>;

const SAY_EVERY_MS = 1_000;

function counted({ events, consents, batches }: Awaited<ReturnType<typeof undrained>>): string {
  const batch = batches > 0 ? ' and a batch on its way' : '';
  return `${events} events and ${consents} Consents${batch} still have to go to the ledger in use ...`;
}

async function drainUnder(lease: Lease, parts: DrainParts, say: (line: string) => void, signal: AbortSignal) {
  const consents = new ConsentAnchorer(parts);
  const anchorer = new Anchorer({ ...parts, consents, blocks: new OpenedBlocks(parts.pin) });
  let said = 0;
  while (!signal.aborted) {
    const left = await undrained(parts.query);
    if (left.events + left.consents + left.batches === 0) return;
    if (Date.now() - said > SAY_EVERY_MS) say(counted(left));
    if (Date.now() - said > SAY_EVERY_MS) said = Date.now();
    await anchorer.settleInFlight(lease);
    await consents.settle(lease);
    await anchorer.anchorNext(lease);
  }
}

/** Anchors all that waits, as the worker does, under its lease: nobody else may lead. Says how much is left. Rejects when the ledger fails. */
export async function drain(parts: DrainParts, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const leadership = new Leadership(parts.query);
  const lease = await leadership.take(signal);
  if (lease === undefined) return;
  await leadership.during(lease, signal, (leading) => drainUnder(lease, parts, say, leading));
}
