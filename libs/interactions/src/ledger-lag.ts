// What is shown leaves an event; past a configured lag nothing is shown until the ledger has caught up.
import type { Interaction } from '#libs/fhir-model';
import type { Services } from './services.js';

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'delete', 'patch']);

/** @throws FhirError 503 for what shows data while the ledger is too far behind; recording goes on. */
export async function checkLag({ checkLedgerLag }: Services, interaction: Interaction): Promise<void> {
  if (!WRITES.has(interaction)) await checkLedgerLag?.();
}
