// Who may do what: creators, roles, signatures and times, as the peers and the orderer check them

import { common, gateway, peer } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeProposal, type SigningIdentity, signingIdentity } from '#libs/fabric-block';
import { makeOrganization } from '#libs/fabric-network';
import { type GatewayClient, gatewayClient, gatewayError } from './gateway-client.js';
import { ContractProcess, SiteBatches, type TestLedger, testLedger } from './test-ledger.js';

let contract: ContractProcess;
let net: TestLedger;
let now = new Date();
const clients: GatewayClient[] = [];

beforeAll(async () => {
  contract = await ContractProcess.start();
  net = await testLedger({ contractAddress: contract.address, now: () => now });
});

afterAll(async () => {
  for (const client of clients) client.close();
  await net.close();
  await contract.stop();
});

function as(identity: SigningIdentity): GatewayClient {
  const client = gatewayClient(net.node.network, net.node.port, identity);
  clients.push(client);
  return client;
}

/** A client certificate of an organisation nobody here knows, in the name of `mspId`. */
async function stranger(mspId: string): Promise<SigningIdentity> {
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) };
  const { members } = await makeOrganization(
    { name: 'Strange', mspId },
    [{ name: 'client', role: 'client' }],
    validity,
  );
  const { certificate, privateKey } = members[0]!.identity;
  return signingIdentity({ mspId, certificate }, privateKey);
}

const batch = (site: string) => JSON.stringify(sorted(new SiteBatches(site).next(1)));
const sorted = (value: object) => Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
const submit = ({ contract: anchor }: GatewayClient, site: string) =>
  anchor.submit('append', { arguments: [batch(site)] });

const own = () => net.node.network.organizations[0]!;
const other = () => net.node.network.organizations[1]!;
const height = async (client: GatewayClient): Promise<number> => {
  const qscc = client.gateway.getNetwork(net.node.network.channel).getContract('qscc');
  const info = await qscc.evaluate('GetChainInfo', { arguments: [net.node.network.channel] });
  return common.BlockchainInfo.deserializeBinary(info).getHeight();
};

describe('writing', () => {
  test('is for clients and admins of both organisations; the contract sees whose they are', async () => {
    await submit(as(own().client.identity), 'own.example');
    await submit(as(own().admin.identity), 'admin.example');
    await submit(as(other().client.identity), 'other.example');
    expect(await net.ledger.evaluate('head', { site: 'other.example' })).toMatchObject({ mspId: 'HospitalBMSP' });
  });

  test("another organisation's log is FOREIGN_SITE", async () => {
    await submit(as(other().client.identity), 'theirs.example');
    const taken = new SiteBatches('theirs.example');
    taken.next(1);
    const refused = net.ledger.prepare('append', taken.next(1));
    await expect(refused).rejects.toMatchObject({ contractCode: 'FOREIGN_SITE', retryable: false });
  });

  test.each([
    ['a peer', () => own().peer.identity, /Writers\]: \[a peer of HospitalAMSP does not satisfy it/],
    ['the orderer', () => net.node.network.orderer.identity, /Writers\]: \[a orderer of OrdererMSP/],
    [
      'an unknown organisation',
      () => stranger('StrangeMSP'),
      /access denied: .* creator org unknown, creator is malformed/,
    ],
    [
      'a stranger in our name',
      () => stranger('HospitalAMSP'),
      /access denied: channel \[holdfast\] creator org \[HospitalAMSP\]/,
    ],
    [
      'our certificate with another key',
      async () => ({ ...own().client.identity, sign: (await stranger('HospitalAMSP')).sign }),
      /access denied: channel \[holdfast\] creator org \[HospitalAMSP\]/,
    ],
  ])('is refused to %s at endorsement, and nothing is run', async (_, identity, message) => {
    const before = await net.ledger.height();
    const error = await gatewayError(submit(as(await identity()), 'refused.example'));
    expect(error.code).toBe(10); // ABORTED
    expect(error.details[0]!.message).toMatch(message);
    expect(await net.ledger.height()).toBe(before);
  });

  test.each([-16, 16])('is refused when the proposal is of %d minutes from now', async (minutes) => {
    now = new Date(Date.now() + minutes * 60_000);
    const error = await gatewayError(submit(as(own().client.identity), 'time.example'));
    now = new Date();
    expect(error.details[0]!.message).toMatch(/incorrect timestamp/);
  });

  test('is refused once the certificates have run out', async () => {
    const at = new Date('2099-01-01T00:00:00Z');
    now = at;
    const { identity } = own().client;
    const args = [Buffer.from('head'), Buffer.from('{"site":"a"}')];
    const { channel: channelId, chaincode } = net.node.network;
    const { proposalBytes, signature, txId } = makeProposal({ channelId, chaincode, args, creator: identity, at });
    const proposed = new gateway.ProposedTransaction();
    const signed = new peer.SignedProposal();
    signed.setProposalBytes(proposalBytes);
    proposed.setProposal(signed);
    proposed.setTransactionId(txId);
    const late = as(identity).gateway.newSignedProposal(proposed.serializeBinary(), signature).evaluate();
    const error = await gatewayError(late);
    now = new Date();
    expect(error.details.map(({ message }) => message)).toEqual(['proposal client identity expired']);
  });
});

describe('reading blocks', () => {
  test('is also for peers, and not for strangers', async () => {
    expect(await height(as(own().peer.identity))).toBeGreaterThan(1);
    const refused = await gatewayError(height(as(await stranger('HospitalAMSP'))));
    expect(refused.message).toMatch(/access denied/);
  });

  test('of another channel, or with a number that is none, is refused in words', async () => {
    const qscc = as(own().client.identity).gateway.getNetwork(net.node.network.channel).getContract('qscc');
    const says = async (fn: string, ...args: string[]) =>
      (await gatewayError(qscc.evaluate(fn, { arguments: args }))).message;
    expect(await says('GetChainInfo', 'elsewhere')).toMatch(/Invalid chain ID, elsewhere/);
    expect(await says('GetBlockByNumber', 'holdfast', '-1')).toMatch(/Failed to parse block number/);
    expect(await says('GetBlockByNumber', 'holdfast', '99999')).toMatch(/Failed to get block number 99999/);
    expect(await says('GetBlockByNumber', 'holdfast')).toMatch(/missing 3rd argument/);
    expect(await says('GetEverything', 'holdfast', '1')).toMatch(
      /access denied for \[GetEverything\]\[holdfast\]: \[Unmapped policy for qscc\/GetEverything\]/,
    );
    expect(await says('GetChainInfo')).toMatch(/Incorrect number of arguments, 1/);
  });
});

describe('status and events', () => {
  test('are refused to a stranger', async () => {
    const client = as(await stranger('HospitalAMSP'));
    const { txId } = await net.ledger.prepare('append', new SiteBatches('status.example').next(1));
    const request = new gateway.CommitStatusRequest();
    request.setChannelId('holdfast');
    request.setTransactionId(txId);
    request.setIdentity((await stranger('HospitalAMSP')).creator);
    const signed = new gateway.SignedCommitStatusRequest();
    signed.setRequest(request.serializeBinary());
    const status = await gatewayError(client.gateway.newCommit(signed.serializeBinary()).getStatus());
    expect(status.code).toBe(7); // PERMISSION_DENIED
    const events = await client.gateway.getNetwork('holdfast').getChaincodeEvents('anchor', { startBlock: 0n });
    const first = events[Symbol.asyncIterator]().next();
    expect((await gatewayError(first)).code).toBe(7);
  });
});

describe('other channels and chaincodes', () => {
  test('are refused', async () => {
    const { gateway: ours } = as(own().client.identity);
    const elsewhere = ours.getNetwork('elsewhere').getContract('anchor');
    expect((await gatewayError(elsewhere.evaluate('head'))).message).toMatch(
      /could not get last config for channel elsewhere/,
    );
    expect((await gatewayError(elsewhere.submit('head'))).code).toBe(9); // FAILED_PRECONDITION
    for (const chaincode of ['unknown', '_lifecycle', 'lscc']) {
      const error = await gatewayError(ours.getNetwork('holdfast').getContract(chaincode).submit('head'));
      expect(error.code).toBe(9);
    }
  });
});
