// Hyperledger Fabric 3.1 documentation, "Membership Service Providers (MSP)" and "Policies": who may do what
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type SigningIdentity, signingIdentity } from '#libs/fabric-block';
import { issueCertificate, makeAuthority, type Validity } from '#libs/fabric-network';
import { around, issuedIdentity } from './issued-identity.js';
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

const MINUTE = 60_000;
const YEAR = 365 * 24 * 60 * MINUTE;

async function foreign(mspId: string, validity = around(-YEAR, YEAR), unit = 'client'): Promise<SigningIdentity> {
  const ca = await makeAuthority('O=HospitalA, CN=ca.HospitalA', around(-2 * YEAR, 2 * YEAR));
  const { certificate, privateKey } = await issueCertificate(ca, {
    subject: `O=HospitalA, OU=${unit}, CN=client.HospitalA`,
    validity,
  });
  return signingIdentity({ mspId, certificate }, privateKey);
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

describe("a certificate of the organisation's own CA", () => {
  const issued = async (subject: string, validity?: Validity) =>
    as(await issuedIdentity(ledger, { organization: 0, subject, ...(validity && { validity }) }));

  test('that was made later is a member like the others', async () => {
    const nurse = await issued('O=HospitalA, OU=client, CN=nurse');
    expect(await nurse.submit('put', 'by a nurse', 'v')).toMatchObject({ code: 'VALID' });
  });

  test('that has expired is refused', async () => {
    const late = await issued('O=HospitalA, OU=client, CN=late', around(-2 * MINUTE, -MINUTE));
    const { code, details } = await refusal(late.endorse('put', 'k', 'v'));
    expect(code).toBe('ABORTED');
    expect(details).toEqual(['proposal client identity expired']);
    expect((await refusal(late.evaluate('get', 'k'))).code).toBe('UNAVAILABLE');
  });

  test('that is not valid yet is taken by peers, who look at the end of it only, and not by the embedded node', async () => {
    const early = await issued('O=HospitalA, OU=client, CN=early', around(YEAR / 2, YEAR));
    if (ledger.isEmbedded) expect((await refusal(early.endorse('put', 'k', 'v'))).code).toBe('ABORTED');
    else expect(await early.submit('put', 'k', 'v')).toMatchObject({ code: 'VALID' });
  });

  test.each([
    ['that began before its CA', 'O=HospitalA, OU=client, CN=old', around(-YEAR, YEAR)],
    ['without a role', 'O=HospitalA, CN=nobody', undefined],
    ['with two roles', 'O=HospitalA, OU=client, OU=admin, CN=both', undefined],
    ['with a role that there is not', 'O=HospitalA, OU=Client, CN=capital', undefined],
  ] as const)('%s is refused', async (_, subject, validity) => {
    const client = await issued(subject, validity);
    const { code, details } = await refusal(client.endorse('put', 'k', 'v'));
    expect(code).toBe('ABORTED');
    expect(details.join()).toMatch(/access denied/);
    expect((await refusal(client.evaluate('get', 'k'))).code).toBe('FAILED_PRECONDITION');
  });

  test('with the role of an orderer is a member who may not write', async () => {
    const client = await issued('O=HospitalA, OU=orderer, CN=orderer');
    const { code, details } = await refusal(client.endorse('put', 'k', 'v'));
    expect(code).toBe('ABORTED');
    expect(details.join()).toMatch(/\/Channel\/Application\/Writers/);
  });
});
