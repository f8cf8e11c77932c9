// Hyperledger Fabric 3.1 documentation, "Membership Service Providers (MSP)" and "Policies": who may do what
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type SigningIdentity, signingIdentity } from '#libs/fabric-block';
import { issueCertificate, makeAuthority } from '#libs/fabric-network';
import { LedgerClient, refusal } from './ledger-client.js';
import { type LedgerUnderTest, startLedger } from './ledger-under-test.js';

let ledger: LedgerUnderTest;
const clients: LedgerClient[] = [];

beforeAll(async () => {
  ledger = await startLedger();
});

afterAll(async () => {
  for (const client of clients) client.close();
  await ledger?.close();
});

function as(identity: SigningIdentity, organization = 0): LedgerClient {
  const client = new LedgerClient(ledger.network, { address: ledger.gateways[organization]!, organization, identity });
  clients.push(client);
  return client;
}

const YEAR = 365 * 24 * 3_600_000;

async function foreign(mspId: string, validity = around(-YEAR, YEAR), unit = 'client'): Promise<SigningIdentity> {
  const ca = await makeAuthority('O=HospitalA, CN=ca.HospitalA', around(-2 * YEAR, 2 * YEAR));
  const { certificate, privateKey } = await issueCertificate(ca, {
    subject: `O=HospitalA, OU=${unit}, CN=client.HospitalA`,
    validity,
  });
  return signingIdentity({ mspId, certificate }, privateKey);
}

function around(from: number, to: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() + from), notAfter: new Date(Date.now() + to) };
}

function member(organization: number, name: 'client' | 'admin' | 'peer'): SigningIdentity {
  return ledger.network.organizations[organization]![name].identity;
}

/** The same certificate in the name of someone who has another key. */
function withForeignKey({ mspId, certificate }: SigningIdentity): SigningIdentity {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return signingIdentity({ mspId, certificate }, privateKey);
}

describe('members of the channel', () => {
  test.each([
    [0, 'client'],
    [0, 'admin'],
    [1, 'client'],
    [1, 'admin'],
  ] as const)('organisation %i: its %s may write, by either gateway', async (organization, name) => {
    for (const gateway of [0, 1]) {
      const outcome = await as(member(organization, name), gateway).submit('put', `by ${organization} ${name}`, 'v');
      expect(outcome.code).toBe('VALID');
    }
  });

  test('a peer may read blocks, but not run the contract', async () => {
    const peer = as(member(0, 'peer'));
    expect(await peer.height()).toBeGreaterThan(1);
    const { code, details } = await refusal(peer.endorse('put', 'k', 'v'));
    expect(code).toBe('ABORTED');
    expect(details.join()).toMatch(/\/Channel\/Application\/Writers/);
  });

  test('the contract sees the organisation of the certificate', async () => {
    expect(JSON.parse(await as(member(1, 'admin')).evaluate('who'))).toMatchObject({
      mspId: 'HospitalBMSP',
      subject: 'x509::/O=HospitalB/OU=admin/CN=admin.HospitalB::/O=HospitalB/CN=ca.HospitalB',
    });
  });
});

describe('who is refused', () => {
  const strangers: [string, () => Promise<SigningIdentity> | SigningIdentity][] = [
    ['a certificate of another CA with the right names', () => foreign('HospitalAMSP')],
    ['an MSP that the channel does not have', () => foreign('NobodyMSP')],
    ['a member with a key that is not theirs', () => withForeignKey(member(0, 'client'))],
    [
      "one organisation's certificate in the other's name",
      () => ({ ...member(1, 'client'), ...renamed(member(1, 'client'), 'HospitalAMSP') }),
    ],
    ['no certificate at all', () => ({ ...member(0, 'client'), ...renamed(member(0, 'client'), 'HospitalAMSP', 'x') })],
  ];

  function renamed(identity: SigningIdentity, mspId: string, certificate = identity.certificate): SigningIdentity {
    return {
      ...signingIdentity({ mspId, certificate }, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
      sign: identity.sign,
    };
  }

  test.each(strangers)('%s: no endorsement', async (_, make) => {
    const { code, details } = await refusal(as(await make()).endorse('put', 'k', 'v'));
    expect(code).toBe('ABORTED');
    expect(details.join()).toMatch(/access denied/);
  });

  test.each(strangers)('%s: no evaluation', async (_, make) => {
    const { code, message } = await refusal(as(await make()).evaluate('get', 'k'));
    expect(code).toBe('FAILED_PRECONDITION');
    expect(message).toMatch(/access denied/);
  });

  test.each(strangers)('%s: no status', async (_, make) => {
    const { txId } = await ledger.client().submit('put', 'k', 'v');
    expect((await refusal(as(await make()).status(txId))).code).toBe('PERMISSION_DENIED');
  });

  test("the orderer's organisation cannot run the contract", async () => {
    const { code, details } = await refusal(as(ledger.network.orderer.admin.identity).endorse('put', 'k', 'v'));
    expect(code).toBe('ABORTED');
    expect(details.join()).toMatch(/\/Channel\/Application\/Writers|access denied/);
  });
});
