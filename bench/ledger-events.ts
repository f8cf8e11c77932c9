// Events as the server leaves them, and what a batch of them says on the ledger
import { decide, decideWrite } from '#libs/consent';
import { type AppendArgument, makeEvent, type Reliance } from '#libs/evidence';
import { parse } from '#libs/fhir-json';
import { numberedEvents, reliancesOf } from '#libs/store';
import { distinct } from '../apps/anchor-worker/src/anchor/batch-events.js';
import type { LedgerGround } from './ledger-ground.js';

const DRAFT = { action: 'read', decision: 'permit', outcome: 200, client: 'ehr', definitions: 'r4' } as const;
const AT_ONCE = 1_000;

/** So many Consents, as references to their first version. */
export async function addConsents({ store, site }: LedgerGround, number: number): Promise<string[]> {
  const facts = { actors: ['Organization/custodian'], staff: true, purpose: 'TREAT' };
  const ids = Array.from({ length: number }, (_, index) => `consent-${index}`);
  for (const id of ids)
    await store.update(
      {
        type: 'Consent',
        id,
        document: parse(Buffer.from(JSON.stringify(consent(id)))),
        mayCreate: true,
        labels: { keepsLabels: true, mayUnlabel: true },
        blind: true,
        event: (time) => makeEvent({ ...DRAFT, action: 'update' }, site, time),
      },
      decideWrite(facts, store.hash64),
      decide(facts, store.hash64),
    );
  return ids.map((id) => `Consent/${id}/_history/1`);
}

function consent(id: string) {
  return {
    resourceType: 'Consent',
    id,
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    patient: { reference: `Patient/of-${id}` },
    provision: { type: 'permit', actor: [{ role: { text: 'r' }, reference: { reference: 'Practitioner/9' } }] },
  };
}

/** Events; where Consents are given, each relies on one of them, in turn. */
export async function addEvents(
  { store, site }: LedgerGround,
  number: number,
  consents: readonly string[] = [],
): Promise<void> {
  for (let done = 0; done < number; done += AT_ONCE) {
    const time = await store.time();
    const events = Array.from({ length: Math.min(AT_ONCE, number - done) }, () => makeEvent(DRAFT, site, time));
    await store.record(
      events.map((event, index) => {
        const relied = consents[(done + index) % Math.max(1, consents.length)];
        return { event, decision: 'permit', time, patients: [], ...(relied ? { consents: [relied] } : {}) };
      }),
    );
  }
}

/** The batches that the worker made from a place on, as another site would send them: the same leaves, roots, sizes and Consents. */
export async function argumentsOf({ pool }: LedgerGround, site: string, from: number): Promise<AppendArgument[]> {
  const query = async <Row>(sql: string, values?: unknown[]) => (await pool.query(sql, values)).rows as Row[];
  const batches = await query<{ first: number; size: number; root: Buffer }>(
    'SELECT first_index::int AS first, tree_size::int AS size, root FROM batch WHERE first_index >= $1 ORDER BY first_index',
    [from],
  );
  const all: AppendArgument[] = [];
  for (const { first, size, root } of batches) {
    const { ids, entries } = await numberedEvents(query, first, size);
    const leaves = entries.toString('base64');
    const consents = sorted(distinct(await reliancesOf(query, ids)));
    all.push({ ...(consents.length ? { consents } : {}), first, leaves, root: root.toString('base64'), site, size });
  }
  return all;
}

function sorted(consents: readonly Reliance[]): Reliance[] {
  return [...consents].sort((a, b) => (a.handle < b.handle ? -1 : 1));
}
