// Consents that the contract refuses, or that an endorser says it refuses or has taken
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Pin } from '#libs/evidence';
import { type Ledger, LedgerError } from '#libs/ledger';
import { isConsentOnLedger, type Lease, refusedForGood } from '#libs/store';
import { ConsentAnchorer } from '../src/anchor/consent-anchorer.js';
import type { Installation } from '../src/installation/installation.js';
import { Records } from './records.js';
import { TestSite } from './site.js';

let site: TestSite;
let records: Records;
let installation: Installation;
let pin: Pin;
let lease: Lease;

beforeAll(async () => {
  site = await TestSite.open();
  records = new Records(site);
  installation = await site.installation();
  pin = installation.pin;
});
afterAll(async () => {
  installation.ledger.close();
  await site.close();
});
beforeEach(async () => {
  lease = await site.lead();
});

const patience = { statusMs: 5_000, deadAfterSeconds: 900 };

function workers(change: Partial<Ledger> = {}): { consents: ConsentAnchorer } {
  const { query, transact } = site.database;
  return { consents: new ConsentAnchorer({ query, transact, ledger: site.ledgerWith(change), pin, patience }) };
}

describe('a Consent that the contract refuses', () => {
  const refusing = (contractCode: string): Partial<Ledger> => ({
    prepare: () => Promise.reject(new LedgerError('endorse', 'ABORTED', 'refused', { retryable: false, contractCode })),
  });
  const reasons = async () => (await refusedForGood(site.database.query)).consents.map(({ reason }) => reason);

  it('because the peer has not the version before it yet is taken later', async () => {
    await records.consent('behind', 'p1');
    await workers().consents.settle(lease);
    await records.consent('behind', 'p1', 'inactive');
    await expect(workers(refusing('GAP')).consents.settle(lease)).rejects.toThrow('refused');
    expect(await reasons()).toEqual([]);
    await workers().consents.settle(lease);
    expect(await isConsentOnLedger(site.database.query, 'behind', 2)).toBe(true);
  });

  it('because its times are still to come is taken later, because what is under its key cannot be read never', async () => {
    await records.consent('ahead', 'p1');
    await expect(workers(refusing('TOO_EARLY')).consents.settle(lease)).rejects.toThrow('refused');
    await workers(refusing('BAD_STATE')).consents.settle(lease);
    expect(await reasons()).toEqual(['BAD_STATE']);
    await site.database.query('UPDATE consent_event SET refused = NULL');
    expect(await workers().consents.settle(lease)).toBe(1);
  });

  it('for good is named, and so are those that come after it and miss it', async () => {
    await records.consent('refused', 'p1');
    await records.consent('refused', 'p1', 'inactive');
    await workers(refusing('BAD_TIME')).consents.settle(lease);
    expect(await reasons()).toEqual(['BAD_TIME', 'BAD_TIME']);
    await records.consent('refused', 'p1');
    await workers().consents.settle(lease);
    expect(await reasons()).toEqual(['BAD_TIME', 'BAD_TIME', 'GAP']);
    await site.database.query('UPDATE consent_event SET refused = NULL');
    await workers().consents.settle(lease);
    expect(await isConsentOnLedger(site.database.query, 'refused', 3)).toBe(true);
  });
});

describe('an endorser that lies about a Consent', () => {
  it('cannot have it taken for recorded, nor given up', async () => {
    await records.consent('told', 'p1');
    await workers().consents.settle(lease);
    const [told] = await site.database.query<{ tx_id: string }>(
      'SELECT tx_id FROM consent_event ORDER BY consent_pid DESC',
    );
    await records.consent('told', 'p1', 'inactive');
    for (const lie of [
      site.otherPeerSaying('ALREADY_RECORDED', told!.tx_id),
      site.otherPeerSaying('ALREADY_RECORDED', 'f'.repeat(64)),
      site.otherPeerSaying('WRITTEN_ONCE'),
      site.otherPeerSaying('BAD_ARGUMENT'),
    ]) {
      await expect(workers(lie).consents.settle(lease)).rejects.toThrow();
      expect(await isConsentOnLedger(site.database.query, 'told', 2)).toBe(false);
    }
    expect((await refusedForGood(site.database.query)).consents).toEqual([]);
    await workers().consents.settle(lease);
    expect(await isConsentOnLedger(site.database.query, 'told', 2)).toBe(true);
  });
});
