// Hyperledger Fabric 3.1, peer/proposal.proto: proposals as a client makes them and as nobody should
import { createHash } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  BlockError,
  checkProposal,
  decodeChannelHeader,
  encodeChannelHeader,
  encodeSignatureHeader,
  headerTime,
  type Membership,
  makeProposal,
  membership,
  openProposal,
  transactionId,
} from '../src/index.js';
import { type Hospitals, makeHospitals, NOW } from './hospitals.js';

let hospitals: Hospitals;
let members: Membership;
type Signed = ReturnType<typeof makeProposal>;
let signed: Signed;

beforeAll(async () => {
  hospitals = await makeHospitals();
  members = membership(hospitals.trust.peerMsps);
  signed = proposed();
});

function proposed(transient?: Record<string, Uint8Array>): Signed {
  const args = ['append', '{"site":"a"}'].map((text) => Buffer.from(text));
  const options = { channelId: 'holdfast', chaincode: 'anchor', args, creator: hospitals.clientA, at: NOW };
  return makeProposal(transient ? { ...options, transient } : options);
}

/** The same proposal with parts of its header changed, signed again. */
function changed(change: Partial<Parameters<typeof encodeChannelHeader>[0]>, nonce?: Uint8Array): Signed {
  const message = peer.Proposal.deserializeBinary(signed.proposalBytes);
  const header = common.Header.deserializeBinary(message.getHeader_asU8());
  const channel = decodeChannelHeader(header.getChannelHeader_asU8());
  header.setChannelHeader(encodeChannelHeader({ ...channel, ...change }));
  if (nonce) header.setSignatureHeader(encodeSignatureHeader({ creator: hospitals.clientA.creator, nonce }));
  message.setHeader(header.serializeBinary());
  const proposalBytes = message.serializeBinary();
  return { ...signed, proposalBytes, signature: hospitals.clientA.sign(proposalBytes) };
}

function reason(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof BlockError) return `${error.reason}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('a proposal', () => {
  test('is read back as it was made', () => {
    const proposal = openProposal(signed);
    expect(proposal).toMatchObject({ channelId: 'holdfast', chaincode: 'anchor', txId: signed.txId, isInit: false });
    expect(proposal.args.map((arg) => Buffer.from(arg).toString())).toEqual(['append', '{"site":"a"}']);
    expect(proposal.identity).toEqual({ mspId: 'HospitalAMSP', certificate: hospitals.clientA.certificate });
    expect(headerTime(proposal.channelHeader)).toEqual(NOW);
    expect(proposal.signatureHeader.nonce).toHaveLength(24);
  });

  test('has as its id the SHA-256 of nonce and creator, new each time', () => {
    const { nonce, creator } = openProposal(signed).signatureHeader;
    expect(createHash('sha256').update(nonce).update(creator).digest('hex')).toBe(signed.txId);
    expect(proposed().txId).not.toBe(signed.txId);
  });

  test('is accepted with the signature of its creator alone', () => {
    expect(checkProposal(openProposal(signed), members, NOW)).toMatchObject({ mspId: 'HospitalAMSP', role: 'client' });
    const bySomeone = { ...signed, signature: hospitals.adminA.sign(signed.proposalBytes) };
    expect(reason(() => checkProposal(openProposal(bySomeone), members))).toMatch(/^SIGNATURE/);
  });

  test('keeps transient data out of what is hashed and ordered', () => {
    const transient = openProposal(proposed({ secret: Buffer.from('patient'), b: Buffer.from('2') }));
    expect([...transient.transient].map(([name, value]) => [name, Buffer.from(value).toString()])).toEqual([
      ['b', '2'],
      ['secret', 'patient'],
    ]);
    expect(Buffer.from(transient.payloadWithoutTransient).includes('patient')).toBe(false);
    expect(Buffer.from(transient.payloadWithoutTransient)).toEqual(
      Buffer.from(openProposal(signed).payloadWithoutTransient),
    );
  });

  test('has the hash of its headers and its payload without transient data', () => {
    const { channelHeaderBytes, signatureHeaderBytes, payloadWithoutTransient, hash } = openProposal(signed);
    const parts = Buffer.concat([channelHeaderBytes, signatureHeaderBytes, payloadWithoutTransient]);
    expect(Buffer.from(hash)).toEqual(createHash('sha256').update(parts).digest());
  });
});

describe('refused is a proposal', () => {
  test('of another type, version or epoch', () => {
    expect(reason(() => openProposal(changed({ type: 1 })))).toMatch(/header type 3, not 1/);
    expect(reason(() => openProposal(changed({ version: 1 })))).toMatch(/version 0, not 1/);
    expect(reason(() => openProposal(changed({ epoch: 1 })))).toMatch(/epoch 0, not 1/);
  });

  test('with an id that is not its own, or no nonce', () => {
    expect(reason(() => openProposal(changed({ txId: 'ab' })))).toMatch(/^TXID/);
    expect(reason(() => openProposal(changed({ txId: signed.txId.toUpperCase() })))).toMatch(/^TXID/);
    const empty = new Uint8Array();
    const txId = transactionId(empty, hospitals.clientA.creator);
    expect(reason(() => openProposal(changed({ txId }, empty)))).toMatch(/no nonce/);
  });

  test('whose header names no chaincode or another than the payload', () => {
    expect(reason(() => openProposal(changed({ extension: new Uint8Array() })))).toMatch(/names no chaincode/);
    const id = new peer.ChaincodeID();
    id.setName('other');
    const extension = new peer.ChaincodeHeaderExtension();
    extension.setChaincodeId(id);
    const other = changed({ extension: extension.serializeBinary() });
    expect(reason(() => openProposal(other))).toMatch(/different chaincodes/);
  });

  test('with fields that nobody knows, or that does not decode', () => {
    const signature = signed.signature;
    const unknown = Buffer.concat([signed.proposalBytes, Buffer.from([0x7a, 0x01, 0x41])]);
    expect(reason(() => openProposal({ proposalBytes: unknown, signature }))).toMatch(/^MALFORMED: .* canonical/);
    const cut = signed.proposalBytes.subarray(0, -3);
    expect(reason(() => openProposal({ proposalBytes: cut, signature }))).toMatch(/^MALFORMED/);
    expect(reason(() => openProposal({ proposalBytes: new Uint8Array(), signature }))).toMatch(/^HEADER/);
  });
});
