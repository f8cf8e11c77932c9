// Hyperledger Fabric 3.1 documentation, "Transaction flow": what is not as an honest client sends it
import { randomBytes } from 'node:crypto';
import { peer } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  encodeEnvelope,
  encodePayload,
  HEADER_TYPE,
  makeProposal,
  type NamespaceSet,
  transactionId,
} from '#libs/fabric-block';
import type { Validity } from '#libs/fabric-network';
import { type Forgery, forge, writing } from './forged-transaction.js';
import { around, issuedIdentity } from './issued-identity.js';
import { type LedgerClient, refusal } from './ledger-client.js';
import { CHAINCODE, type LedgerUnderTest, startLedger } from './ledger-under-test.js';
import { openTransaction } from './opened-transaction.js';

let ledger: LedgerUnderTest;
let client: LedgerClient;

beforeAll(async () => {
  ledger = await startLedger();
  client = ledger.client();
});

afterAll(() => ledger?.close());

async function codeOf(forgery: Forgery): Promise<string> {
  return (await client.orderEnvelope(forge(ledger.network, forgery))).code;
}

const organization = (index: number) => ledger.network.organizations[index]!;
const EMPTY = { reads: [], ranges: [], writes: [], metadataWrites: [] };

describe('a forged transaction', () => {
  test('made just like a real one is valid: the suite forges well', async () => {
    expect(await codeOf({})).toBe('VALID');
  });

  test.each<[string, () => Forgery, string]>([
    [
      'endorsed by one organisation',
      () => ({ endorsers: [organization(0).peer.identity] }),
      'ENDORSEMENT_POLICY_FAILURE',
    ],
    ['endorsed by nobody', () => ({ endorsers: [] }), 'ENDORSEMENT_POLICY_FAILURE'],
    [
      'endorsed twice by one organisation',
      () => ({ endorsers: [organization(0).peer.identity, organization(0).peer.identity] }),
      'ENDORSEMENT_POLICY_FAILURE',
    ],
    [
      'endorsed by clients',
      () => ({ endorsers: [organization(0).client.identity, organization(1).client.identity] }),
      'ENDORSEMENT_POLICY_FAILURE',
    ],
    [
      'endorsed by the orderer for one of them',
      () => ({ endorsers: [organization(0).peer.identity, ledger.network.orderer.identity] }),
      'ENDORSEMENT_POLICY_FAILURE',
    ],
    [
      'with other results than were endorsed',
      () => ({ actions: (action) => [{ ...action, responsePayload: forgedPayload(action.responsePayload) }] }),
      'ENDORSEMENT_POLICY_FAILURE',
    ],
    ['that answers for another proposal', () => ({ proposalHash: randomBytes(32) }), 'INVALID_ENDORSER_TRANSACTION'],
    ['with two actions', () => ({ actions: (action) => [action, action] }), 'INVALID_ENDORSER_TRANSACTION'],
    ['with no action', () => ({ actions: () => [] }), 'INVALID_ENDORSER_TRANSACTION'],
    [
      'whose action has another header',
      () => ({ actions: (action) => [{ ...action, headerBytes: randomBytes(20) }] }),
      'INVALID_ENDORSER_TRANSACTION',
    ],
    ['that is no transaction', () => ({ data: randomBytes(64) }), 'INVALID_ENDORSER_TRANSACTION'],
    ['with an id that is not its own', () => ({ header: { txId: 'f'.repeat(64) } }), 'BAD_PROPOSAL_TXID'],
    ['with an epoch', () => ({ header: { epoch: 3 } }), 'BAD_COMMON_HEADER'],
    ['with a version', () => ({ header: { version: 7 } }), 'VALID'],
    ['naming no chaincode in its header', () => ({ header: { extension: new Uint8Array() } }), 'INVALID_OTHER_REASON'],
    ['that ran another chaincode', () => ({ ran: { name: 'other', version: '1' } }), 'INVALID_CHAINCODE'],
    ['that ran no chaincode', () => ({ ran: { name: '', version: '1' } }), 'INVALID_CHAINCODE'],
    ['that ran another version', () => ({ ran: { name: CHAINCODE, version: '2' } }), 'VALID'],
    ['that ran no version', () => ({ ran: { name: CHAINCODE, version: '' } }), 'INVALID_CHAINCODE'],
    ['whose results are no read-write set', () => ({ results: Uint8Array.of(0xff, 0xff, 0xff) }), 'BAD_RWSET'],
    ['that writes to lscc', () => ({ results: writing('k', 'v', 'lscc') }), 'INVALID_CHAINCODE'],
    ['that writes to qscc', () => ({ results: writing('k', 'v', 'qscc') }), 'INVALID_CHAINCODE'],
    ['that writes to _lifecycle', () => ({ results: writing('k', 'v', '_lifecycle') }), 'VALID'],
    ['that writes to a chaincode nobody has', () => ({ results: writing('k', 'v', 'nobodys') }), 'INVALID_CHAINCODE'],
    ['with a namespace twice', () => ({ results: [...writing('k', 'v'), ...writing('l', 'v')] }), 'ILLEGAL_WRITESET'],
    [
      'that read what never was there in this version',
      () => ({ results: reading({ block: 1, transaction: 7 }) }),
      'MVCC_READ_CONFLICT',
    ],
    ['whose event is of another chaincode', () => ({ event: event('other') }), 'INVALID_OTHER_REASON'],
    ['with status 500', () => ({ status: 500 }), 'VALID'],
  ])('%s', async (_, forgery, code) => {
    expect(await codeOf(forgery())).toBe(code);
  });

  function forgedPayload(payload: Uint8Array): Uint8Array {
    const { proposalHash } = peerPayload(payload);
    return openTransaction(forge(ledger.network, { results: writing('stolen', 'v'), proposalHash })).action
      .responsePayload;
  }

  function peerPayload(payload: Uint8Array): { proposalHash: Uint8Array } {
    return { proposalHash: peer.ProposalResponsePayload.deserializeBinary(payload).getProposalHash_asU8() };
  }

  function reading(version: { block: number; transaction: number }): NamespaceSet[] {
    return [{ ...EMPTY, namespace: CHAINCODE, reads: [{ key: 'never', version }] }];
  }

  function event(chaincode: string) {
    return { chaincode, txId: '', name: 'e', payload: new Uint8Array() };
  }
});

describe('an endorsement', () => {
  const PEER = 'O=HospitalB, OU=peer, CN=other.HospitalB';

  async function endorsedWith(subject: string, validity?: Validity): Promise<string> {
    const own = await issuedIdentity(ledger, { organization: 1, subject, ...(validity && { validity }) });
    return codeOf({ endorsers: [organization(0).peer.identity, own] });
  }

  test('by another peer of the organisation counts', async () => {
    expect(await endorsedWith(PEER)).toBe('VALID');
  });

  test('by a peer whose certificate has expired counts: blocks are judged without a clock', async () => {
    expect(await endorsedWith(PEER, around(-120_000, -60_000))).toBe('VALID');
  });

  test('by a peer whose certificate is not valid yet counts', async () => {
    expect(await endorsedWith(PEER, around(60_000, 120_000))).toBe('VALID');
  });

  test('by a certificate that began before its CA does not count', async () => {
    expect(await endorsedWith(PEER, around(-86_400_000, 86_400_000))).toBe('ENDORSEMENT_POLICY_FAILURE');
  });

  test.each(['O=HospitalB, OU=client, CN=c', 'O=HospitalB, CN=c', 'O=HospitalB, OU=peer, OU=client, CN=c'])(
    'by %s does not count',
    async (subject) => {
      expect(await endorsedWith(subject)).toBe('ENDORSEMENT_POLICY_FAILURE');
    },
  );
});

describe('what is not ordered at all', () => {
  const submitted = (envelope: Uint8Array) => refusal(client.submitEnvelope(envelope, 'some id'));

  test('an envelope without a signature', async () => {
    const { payload } = openTransaction(forge(ledger.network, {})).envelope;
    expect(await submitted(encodeEnvelope({ payload, signature: new Uint8Array() }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'prepared transaction must be signed',
    });
  });

  test('an envelope with a changed signature', async () => {
    const { payload, signature } = openTransaction(forge(ledger.network, {})).envelope;
    const changed = Buffer.from(signature);
    changed[changed.length - 1]! ^= 1;
    expect(await submitted(encodeEnvelope({ payload, signature: changed }))).toMatchObject({
      code: 'ABORTED',
      message: expect.stringMatching(/FORBIDDEN.*permission denied/),
    });
  });

  test('an envelope with changed content', async () => {
    const { envelope } = openTransaction(forge(ledger.network, {}));
    const data = Buffer.concat([envelope.data, Uint8Array.of(0x1a, 0)]);
    const payload = encodePayload({ ...envelope, data });
    expect(await submitted(encodeEnvelope({ payload, signature: envelope.signature }))).toMatchObject({
      code: 'ABORTED',
      message: expect.stringMatching(/FORBIDDEN/),
    });
  });

  test('an envelope signed by another than its creator', async () => {
    const envelope = forge(ledger.network, { signer: organization(1).client.identity });
    expect(await submitted(envelope)).toMatchObject({ code: 'ABORTED', message: expect.stringMatching(/FORBIDDEN/) });
  });

  test('an envelope by a peer, who may not write', async () => {
    const envelope = forge(ledger.network, { creator: organization(0).peer.identity });
    expect(await submitted(envelope)).toMatchObject({ code: 'ABORTED', message: expect.stringMatching(/FORBIDDEN/) });
  });

  test('an envelope by someone whose certificate has expired', async () => {
    const subject = 'O=HospitalA, OU=client, CN=late';
    const creator = await issuedIdentity(ledger, { organization: 0, subject, validity: around(-120_000, -60_000) });
    expect(await submitted(forge(ledger.network, { creator }))).toMatchObject({
      code: 'ABORTED',
      message: expect.stringMatching(/client identity expired/),
    });
  });

  test('an envelope that is none', async () => {
    const nonsense = encodeEnvelope({ payload: randomBytes(50), signature: randomBytes(70) });
    expect(await submitted(nonsense)).toMatchObject({ code: 'ABORTED', message: expect.stringMatching(/BAD_REQUEST/) });
  });

  test('an envelope for another channel', async () => {
    const { code } = await submitted(forge(ledger.network, { header: { channelId: 'elsewhere' } }));
    expect(code).toBe('ABORTED');
  });

  test.each([
    ['configuration', HEADER_TYPE.CONFIG],
    ['configuration update that is none', HEADER_TYPE.CONFIG_UPDATE],
  ])('a %s', async (_, type) => {
    const { code, message } = await submitted(forge(ledger.network, { header: { type } }));
    expect(code).toBe('ABORTED');
    expect(message).toMatch(/unsuccessful response from orderer: status=(BAD_REQUEST|FORBIDDEN)/);
  });
});

describe('a proposal', () => {
  async function refused(change: Parameters<typeof signedProposal>[0]): Promise<string> {
    const { code, message } = await refusal(client.endorseProposal(signedProposal(change)));
    return `${code} ${message}`;
  }

  function signedProposal(change: {
    at?: Date;
    channelId?: string;
    tamper?: (bytes: Buffer) => Buffer;
    nonce?: Uint8Array;
  }): peer.SignedProposal {
    const creator = organization(0).client.identity;
    const { proposalBytes, signature } = makeProposal({
      channelId: ledger.network.channel,
      chaincode: CHAINCODE,
      args: [Buffer.from('put'), Buffer.from('k'), Buffer.from('v')],
      creator,
      at: new Date(),
      ...change,
    });
    const signed = new peer.SignedProposal();
    const bytes = change.tamper?.(Buffer.from(proposalBytes)) ?? proposalBytes;
    signed.setProposalBytes(bytes);
    signed.setSignature(change.tamper ? creator.sign(bytes) : signature);
    return signed;
  }

  test('as it should be is endorsed', async () => {
    expect((await client.endorseProposal(signedProposal({}))).length).toBeGreaterThan(0);
  });

  test('of twenty minutes ago', async () => {
    expect(await refused({ at: new Date(Date.now() - 20 * 60_000) })).toMatch(/^ABORTED /);
  });

  test('of in twenty minutes', async () => {
    expect(await refused({ at: new Date(Date.now() + 20 * 60_000) })).toMatch(/^ABORTED /);
  });

  test('for another channel', async () => {
    expect(await refused({ channelId: 'elsewhere' })).toMatch(/^(FAILED_PRECONDITION|ABORTED) /);
  });

  test('whose id is not that of its nonce', async () => {
    const other = transactionId(randomBytes(24), organization(0).client.identity.creator);
    const withOtherId = (bytes: Buffer) => {
      const text = bytes.toString('latin1');
      const found = /[0-9a-f]{64}/.exec(text)![0];
      return Buffer.from(text.replace(found, other), 'latin1');
    };
    expect(await refused({ tamper: withOtherId })).toMatch(/^(ABORTED|FAILED_PRECONDITION) /);
  });

  test('that is none', async () => {
    expect(await refused({ tamper: () => randomBytes(40) })).toMatch(
      /^(INVALID_ARGUMENT|ABORTED|FAILED_PRECONDITION) /,
    );
  });

  test('that is empty', async () => {
    const { code } = await refusal(client.endorseProposal(new peer.SignedProposal()));
    expect(code).toBe('INVALID_ARGUMENT');
  });
});
