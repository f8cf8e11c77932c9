// Consents, what they permit, and reads that rely on them, recorded as the server records them
import { type AccessFacts, decide, decideWrite } from '#libs/consent';
import { makeEvent } from '#libs/evidence';
import { parse } from '#libs/fhir-json';
import { SITE, type TestSite } from './site.js';

const SYSTEM: AccessFacts = { actors: ['Organization/custodian'], staff: true, purpose: 'TREAT' };
const STRANGER: AccessFacts = { actors: ['Practitioner/9'], staff: false, purpose: 'TREAT' };
const FACTS = { client: 'ehr', definitions: 'r4', outcome: 200 } as const;

export class Records {
  constructor(private readonly site: TestSite) {}

  /** Lets Practitioner/9 see the patient's records, unless the status says otherwise. */
  consent(id: string, patient: string, status = 'active'): Promise<void> {
    const category = { system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' };
    const actor = [{ role: { text: 'r' }, reference: { reference: 'Practitioner/9' } }];
    const about = { scope: { coding: [category] }, patient: { reference: `Patient/${patient}` } };
    return this.put({ resourceType: 'Consent', id, status, ...about, provision: { type: 'permit', actor } });
  }

  observation(id: string, patient: string): Promise<void> {
    const about = { code: { text: 'x' }, subject: { reference: `Patient/${patient}` } };
    return this.put({ resourceType: 'Observation', id, status: 'final', ...about });
  }

  /** As Practitioner/9: decision, then the event with the Consent it relied on, which is given back. */
  async read(id: string): Promise<string | undefined> {
    const { store } = this.site;
    const result = await store.read({ type: 'Observation', id }, decide(STRANGER, store.hash64));
    const by = 'consent' in result ? result.consent : undefined;
    const decision = result.outcome === 'found' ? 'permit' : 'deny';
    const event = makeEvent({ action: 'read', decision, ...FACTS }, SITE, result.time);
    await store.record([{ event, decision, time: result.time, patients: [], ...(by && { consents: [by] }) }]);
    return by;
  }

  private async put(resource: { resourceType: string; id: string; [element: string]: unknown }): Promise<void> {
    const { store } = this.site;
    const { resourceType: type, id } = resource;
    const document = parse(Buffer.from(JSON.stringify(resource)));
    await store.update(
      {
        type,
        id,
        document,
        mayCreate: true,
        labels: { keepsLabels: true, mayUnlabel: true },
        blind: true,
        event: (time, { decision }) => makeEvent({ action: 'update', decision, ...FACTS }, SITE, time),
      },
      decideWrite(SYSTEM, store.hash64),
      decide(SYSTEM, store.hash64),
    );
  }
}
