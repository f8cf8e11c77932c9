// Hyperledger Fabric 3.1, peer/transaction.proto: each flag that a client, or an organisation that lies, can earn

import { common, ledger, msp, peer } from '@hyperledger/fabric-protos';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { genesisBlock } from '#libs/fabric-network';
import {
  type ChannelConfig,
  channelConfig,
  decodeBlock,
  decodeEnvelope,
  decodeTransaction,
  type Envelope,
  encodeChannelHeader,
  encodeEnvelope,
  encodePayload,
  encodeReadWriteSet,
  encodeSignatureHeader,
  encodeTransaction,
  type NamespaceSet,
  RangeSummary,
  type SigningIdentity,
  VALIDATION_PARAMETER,
  validateBlock,
  validationCode,
} from '../src/index.js';
import {
  action,
  type Hospitals,
  makeHospitals,
  NOW,
  type TransactionOptions,
  transactionEnvelope,
  written,
} from './hospitals.js';
import { SortedState } from './sorted-state.js';

let hospitals: Hospitals;
let config: ChannelConfig;
let state: SortedState;

beforeAll(async () => {
  hospitals = await makeHospitals();
  const { A, B, orderer } = hospitals.organizations;
  const [a, b, ordering] = [A, B, orderer].map(({ name, mspId, ca, tlsCa }) => {
    return { name, mspId, ca: ca.certificate, tlsCa: tlsCa.certificate };
  });
  const anchorPeer = { host: 'localhost', port: 7051 };
  const genesis = genesisBlock({
    channel: 'holdfast',
    orderer: { ...ordering!, consenters: [{ host: 'localhost', port: 7050, tlsCertificate: ordering!.tlsCa }] },
    organizations: [a!, b!].map((one) => ({ ...one, anchorPeer })),
    time: NOW,
    nonce: Buffer.alloc(24, 1),
  });
  config = channelConfig(decodeBlock(genesis));
});

beforeEach(() => {
  state = new SortedState();
  define('anchor');
});

const NOTHING = { reads: [], ranges: [], writes: [], metadataWrites: [] };

/** Puts a chaincode definition with the channel's endorsement policy into the state. */
function define(chaincode: string): void {
  const policy = new peer.ApplicationPolicy();
  policy.setChannelConfigPolicyReference('/Channel/Application/Endorsement');
  const info = new peer.lifecycle.ChaincodeValidationInfo();
  info.setValidationPlugin('vscc');
  info.setValidationParameter(policy.serializeBinary());
  const content = info.serializeBinary();
  put('_lifecycle', `namespaces/metadata/${chaincode}`, Buffer.from('defined'));
  put(
    '_lifecycle',
    `namespaces/fields/${chaincode}/ValidationInfo`,
    Buffer.concat([Buffer.of(0x12, content.length), content]),
  );
}

function put(namespace: string, key: string, value: Uint8Array, metadata?: Uint8Array): void {
  state.apply([{ namespace, key, value, metadata, version: { block: 1, transaction: 0 } }]);
}

function envelope(change: Partial<TransactionOptions> = {}): Uint8Array {
  const { peerA, peerB, clientA } = hospitals;
  return transactionEnvelope({ endorsers: [peerA, peerB], creator: clientA, ...change });
}

/** An endorsed transaction that did this, whatever the contract would have done. */
function did(set: Partial<NamespaceSet>, change: Partial<TransactionOptions> = {}): Uint8Array {
  const results = encodeReadWriteSet([{ namespace: 'anchor', ...NOTHING, ...set }]);
  return envelope({ action: action({ results }), ...change });
}

function flagsOf(data: Uint8Array[], known: string[] = []): string[] {
  const { flags } = validateBlock(5, data, { config, state, hasTransaction: (txId) => known.includes(txId) });
  return [...flags].map(validationCode);
}

function flagOf(bytes: Uint8Array): string {
  return flagsOf([bytes])[0]!;
}

/** The envelope with something changed, signed again by its creator. */
function resigned(
  change: (opened: Envelope) => Partial<Envelope>,
  signer: SigningIdentity = hospitals.clientA,
): Uint8Array {
  const opened = decodeEnvelope(envelope());
  const payload = encodePayload({ ...opened, ...change(opened) });
  return encodeEnvelope({ payload, signature: signer.sign(payload) });
}

function withHeader(change: Parameters<typeof encodeChannelHeader>[0]): Uint8Array {
  return resigned(({ channelHeader }) => ({
    channelHeaderBytes: encodeChannelHeader({ ...channelHeader, ...change }),
  }));
}

describe('a transaction', () => {
  test('that is in order is VALID and leaves its writes', () => {
    const verdict = validateBlock(5, [envelope()], { config, state, hasTransaction: () => false });
    expect([...verdict.flags]).toEqual([0]);
    expect(verdict.updates).toMatchObject([
      { namespace: 'anchor', key: 'log:a', version: { block: 5, transaction: 0 } },
    ]);
  });

  test('that does not decode is flagged by how far it did', () => {
    expect(flagOf(Buffer.from('rubbish'))).toBe('INVALID_OTHER_REASON');
    expect(flagOf(new Uint8Array())).toBe('BAD_COMMON_HEADER');
    const payload = Buffer.from('rubbish');
    expect(flagOf(encodeEnvelope({ payload, signature: new Uint8Array() }))).toBe('BAD_PAYLOAD');
    expect(flagOf(resigned(() => ({ channelHeaderBytes: payload })))).toBe('BAD_COMMON_HEADER');
    expect(flagOf(resigned(() => ({ signatureHeaderBytes: payload })))).toBe('BAD_COMMON_HEADER');
    expect(flagOf(resigned(() => ({ data: payload })))).toBe('INVALID_ENDORSER_TRANSACTION');
  });

  test('of a type that no client may order, or of an epoch, is flagged', () => {
    expect(flagOf(withHeader({ type: 0 }))).toBe('BAD_COMMON_HEADER');
    expect(flagOf(withHeader({ type: 5 }))).toBe('BAD_COMMON_HEADER');
    expect(flagOf(withHeader({ epoch: 1 }))).toBe('BAD_COMMON_HEADER');
    expect(flagOf(withHeader({ type: 2 }))).toBe('UNSUPPORTED_TX_PAYLOAD');
    expect(flagOf(withHeader({ type: 1 }))).toBe('INVALID_CONFIG_TRANSACTION');
  });

  test('without nonce or creator is flagged', () => {
    const { creator } = hospitals.clientA;
    const nonce = Buffer.alloc(24);
    const empty = new Uint8Array();
    for (const header of [
      { creator, nonce: empty },
      { creator: empty, nonce },
    ]) {
      expect(flagOf(resigned(() => ({ signatureHeaderBytes: encodeSignatureHeader(header) })))).toBe(
        'BAD_COMMON_HEADER',
      );
    }
  });

  test('that its creator did not sign, or who is nobody here, is flagged', async () => {
    const others = await makeHospitals();
    expect(flagOf(envelope({ signer: hospitals.adminA }))).toBe('BAD_CREATOR_SIGNATURE');
    expect(flagOf(envelope({ creator: others.clientA }))).toBe('BAD_CREATOR_SIGNATURE');
    expect(flagOf(withHeader({ channelId: 'other' }))).toBe('BAD_CREATOR_SIGNATURE');
  });

  test('with an id that is not its own is flagged', () => {
    expect(flagOf(withHeader({ txId: '00' }))).toBe('BAD_PROPOSAL_TXID');
  });

  test('whose action is not exactly the one proposed is flagged', () => {
    const actions = (change: (only: ReturnType<typeof decodeTransaction>[number]) => (typeof only)[]) =>
      resigned(({ data }) => ({ data: encodeTransaction(change(decodeTransaction(data)[0]!)) }));
    const header = encodeSignatureHeader({ creator: hospitals.clientA.creator, nonce: Buffer.alloc(24) });
    const wrong = [
      actions((only) => [only, only]),
      actions(() => []),
      actions((only) => [{ ...only, headerBytes: header }]),
      actions((only) => [{ ...only, proposalPayload: Buffer.from('other') }]),
      envelope({ hash: Buffer.alloc(32) }),
    ];
    for (const bytes of wrong) expect(flagOf(bytes)).toBe('INVALID_ENDORSER_TRANSACTION');
  });

  test('that was there before is flagged, in an earlier block or this one', () => {
    const bytes = envelope();
    const { txId } = decodeEnvelope(bytes).channelHeader;
    expect(flagsOf([bytes], [txId])).toEqual(['DUPLICATE_TXID']);
    expect(flagsOf([bytes, bytes])).toEqual(['VALID', 'DUPLICATE_TXID']);
  });

  test('that is no good itself does not make its copy a duplicate', () => {
    const few = envelope({ endorsers: [hospitals.peerA] });
    expect(flagsOf([few, few])).toEqual(['ENDORSEMENT_POLICY_FAILURE', 'ENDORSEMENT_POLICY_FAILURE']);
  });
});

describe('the result of a chaincode', () => {
  test('must name the chaincode that was asked for, and its version', () => {
    expect(flagOf(envelope({ action: action({ chaincode: { name: 'other', version: '1' } }) }))).toBe(
      'INVALID_CHAINCODE',
    );
    expect(flagOf(envelope({ action: action({ chaincode: { name: 'anchor', version: '' } }) }))).toBe(
      'INVALID_CHAINCODE',
    );
  });

  test('must be a read-write set that names each namespace once', () => {
    expect(flagOf(envelope({ action: action({ results: Buffer.from('rubbish') }) }))).toBe('BAD_RWSET');
    const set = { namespace: 'anchor', ...NOTHING };
    expect(flagOf(envelope({ action: action({ results: encodeReadWriteSet([set, set]) }) }))).toBe('ILLEGAL_WRITESET');
  });

  test('may carry an event of its own chaincode only', () => {
    const event = (chaincode: string) => ({ chaincode, txId: 't', name: 'appended', payload: new Uint8Array() });
    expect(flagOf(envelope({ action: action({ event: event('anchor') }) }))).toBe('VALID');
    expect(flagOf(envelope({ action: action({ event: event('other') }) }))).toBe('INVALID_OTHER_REASON');
  });

  test('may write to no namespace that is not a chaincode of the channel', () => {
    for (const namespace of ['lscc', 'qscc', 'unknown', '']) {
      expect(flagOf(did({ namespace, writes: [written('k', 'v')] }))).toBe('INVALID_CHAINCODE');
    }
    expect(flagOf(did({ namespace: 'lscc', reads: [{ key: 'k' }] }))).toBe('VALID');
  });

  test('of a chaincode that is not defined is not valid', () => {
    state = new SortedState();
    expect(flagOf(envelope())).toBe('INVALID_CHAINCODE');
  });
});

describe('endorsement', () => {
  test('by less than a majority, by no peers, or twice by the same is not enough', async () => {
    const { peerA, adminA, clientA, peerB } = hospitals;
    const stranger = (await makeHospitals()).peerB;
    const few = [[], [peerA], [peerA, peerA], [peerA, adminA], [adminA, clientA], [peerA, stranger]];
    for (const endorsers of few) expect(flagOf(envelope({ endorsers }))).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(flagOf(envelope({ endorsers: [stranger, peerB, adminA, peerA] }))).toBe('VALID');
  });

  test('must be for the very result in the transaction', () => {
    const tamper = (payload: Uint8Array) =>
      Buffer.from(Buffer.from(payload).toString('latin1').replace('"size":1', '"size":2'), 'latin1');
    expect(flagOf(envelope({ tamper }))).toBe('ENDORSEMENT_POLICY_FAILURE');
  });

  test('must satisfy every namespace written to, also that of the life cycle', () => {
    const writes = [written('k', 'v')];
    const { peerA } = hospitals;
    expect(flagOf(did({ namespace: '_lifecycle', writes }))).toBe('VALID');
    expect(flagOf(did({ namespace: '_lifecycle', writes }, { endorsers: [peerA] }))).toBe('ENDORSEMENT_POLICY_FAILURE');
  });
});

describe('a key with a policy of its own', () => {
  const metadataWrites = [{ key: 'k', entries: [{ name: VALIDATION_PARAMETER, value: Buffer.from('ignored') }] }];

  /** A key that one peer of hospital A may write alone. */
  function ownedByA(parameter: Uint8Array = policyOfA()): void {
    const { KVMetadataEntry, KVMetadataWrite } = ledger.rwset.kvrwset;
    const entry = new KVMetadataEntry();
    entry.setName(VALIDATION_PARAMETER);
    entry.setValue(parameter);
    const metadata = new KVMetadataWrite();
    metadata.setEntriesList([entry]);
    put('anchor', 'k', Buffer.from('v'), metadata.serializeBinary());
  }

  function policyOfA(): Uint8Array {
    const role = new msp.MSPRole();
    role.setMspIdentifier('HospitalAMSP');
    role.setRole(msp.MSPRole.MSPRoleType.PEER);
    const principal = new msp.MSPPrincipal();
    principal.setPrincipal(role.serializeBinary());
    const rule = new common.SignaturePolicy();
    rule.setSignedBy(0);
    const policy = new common.SignaturePolicyEnvelope();
    policy.setRule(rule);
    policy.setIdentitiesList([principal]);
    return policy.serializeBinary();
  }

  test('is judged by it instead of the chaincode’s, for value and metadata', () => {
    ownedByA();
    const { peerA, peerB } = hospitals;
    const writes = [written('k', 'new')];
    expect(flagOf(did({ writes }, { endorsers: [peerA] }))).toBe('VALID');
    expect(flagOf(did({ writes }, { endorsers: [peerB] }))).toBe('ENDORSEMENT_POLICY_FAILURE');
    expect(flagOf(did({ metadataWrites }, { endorsers: [peerA] }))).toBe('VALID');
    expect(flagOf(did({ metadataWrites }, { endorsers: [peerB] }))).toBe('ENDORSEMENT_POLICY_FAILURE');
  });

  test('does not lend its policy to other keys', () => {
    ownedByA();
    const writes = [written('k', 'new'), written('l', 'new')];
    expect(flagOf(did({ writes }, { endorsers: [hospitals.peerA] }))).toBe('ENDORSEMENT_POLICY_FAILURE');
  });

  test('cannot be written in the block that changes its policy', () => {
    ownedByA();
    const writes = [written('k', 'new')];
    const set = { writes };
    expect(flagsOf([did({ metadataWrites }), did(set)])).toEqual(['VALID', 'ENDORSEMENT_POLICY_FAILURE']);
    expect(flagsOf([did({ metadataWrites }, { endorsers: [] }), did(set)])).toEqual([
      'ENDORSEMENT_POLICY_FAILURE',
      'VALID',
    ]);
    const stale = did({ metadataWrites, reads: [{ key: 'k' }] });
    expect(flagsOf([stale, did(set)])).toEqual(['MVCC_READ_CONFLICT', 'ENDORSEMENT_POLICY_FAILURE']);
  });

  test('whose policy cannot be read is written by nobody, and one without by the chaincode’s', () => {
    ownedByA(Buffer.from('rubbish'));
    expect(flagOf(did({ writes: [written('k', 'new')] }))).toBe('ENDORSEMENT_POLICY_FAILURE');
    ownedByA(new Uint8Array());
    expect(flagOf(did({ writes: [written('k', 'new')] }))).toBe('VALID');
  });
});

describe('what was read', () => {
  const version = { block: 1, transaction: 0 };
  const writes = [written('a', 'new')];

  test('must still be of the same version, or still be absent', () => {
    put('anchor', 'a', Buffer.from('v'));
    expect(flagOf(did({ reads: [{ key: 'a', version }] }))).toBe('VALID');
    expect(flagOf(did({ reads: [{ key: 'absent' }] }))).toBe('VALID');
    expect(flagOf(did({ reads: [{ key: 'a' }] }))).toBe('MVCC_READ_CONFLICT');
    expect(flagOf(did({ reads: [{ key: 'a', version: { block: 1, transaction: 1 } }] }))).toBe('MVCC_READ_CONFLICT');
    expect(flagOf(did({ reads: [{ key: 'absent', version }] }))).toBe('MVCC_READ_CONFLICT');
  });

  test('must not have been written by a valid transaction before it in the block', () => {
    const reader = did({ reads: [{ key: 'a' }] });
    expect(flagsOf([did({ writes }), reader])).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
    expect(flagsOf([did({ writes }, { endorsers: [] }), reader])).toEqual(['ENDORSEMENT_POLICY_FAILURE', 'VALID']);
    const deleted = did({ writes: [{ ...written('a', ''), isDelete: true }] });
    expect(flagsOf([deleted, reader])).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
  });

  test('as a range must hold the same keys', () => {
    for (const key of ['a', 'c']) put('anchor', key, Buffer.from('v'));
    const both = [
      { key: 'a', version },
      { key: 'c', version },
    ];
    const range = (change: object) =>
      did({ ranges: [{ startKey: 'a', endKey: 'd', exhausted: true, reads: both, ...change }] });
    expect(flagOf(range({}))).toBe('VALID');
    expect(flagOf(range({ reads: both.slice(0, 1) }))).toBe('PHANTOM_READ_CONFLICT');
    expect(flagOf(range({ reads: undefined }))).toBe('PHANTOM_READ_CONFLICT');
    expect(flagOf(range({ startKey: 'b', endKey: 'c', reads: undefined }))).toBe('VALID');
    expect(flagOf(range({ endKey: 'c', exhausted: false }))).toBe('VALID');
    expect(flagOf(range({ startKey: '', endKey: '' }))).toBe('VALID');
  });

  test('as a range must not have got or lost a key in the block', () => {
    for (const key of ['a', 'c']) put('anchor', key, Buffer.from('v'));
    const reads = [
      { key: 'a', version },
      { key: 'c', version },
    ];
    const range = did({ ranges: [{ startKey: 'a', endKey: 'd', exhausted: true, reads }] });
    const write = (key: string, isDelete = false) =>
      did({ writes: [{ ...written(key, isDelete ? '' : 'v'), isDelete }] });
    expect(flagsOf([write('b'), range])).toEqual(['VALID', 'PHANTOM_READ_CONFLICT']);
    expect(flagsOf([write('c'), range])).toEqual(['VALID', 'PHANTOM_READ_CONFLICT']);
    expect(flagsOf([write('c', true), range])).toEqual(['VALID', 'PHANTOM_READ_CONFLICT']);
    expect(flagsOf([write('d'), range])).toEqual(['VALID', 'VALID']);
    expect(flagsOf([write('b', true), range])).toEqual(['VALID', 'VALID']);
  });

  test.each([51, 300, 2_700])('as a range of %i keys is compared by hashes', (count) => {
    const keys = Array.from({ length: count }, (_, index) => `k${String(index).padStart(5, '0')}`);
    const summary = new RangeSummary();
    for (const key of keys) {
      put('anchor', key, Buffer.from('v'));
      summary.add({ key, version });
    }
    const { merkle } = summary.done();
    const range = did({ ranges: [{ startKey: 'k', endKey: 'l', exhausted: true, merkle }] });
    const more = did({ writes: [written('k00020x', 'v')] });
    expect(flagsOf([range, more])).toEqual(['VALID', 'VALID']);
    expect(flagsOf([more, range])).toEqual(['VALID', 'PHANTOM_READ_CONFLICT']);
    const bent = { ...merkle!, maxDegree: 1 };
    expect(flagOf(did({ ranges: [{ startKey: 'k', endKey: 'l', exhausted: true, merkle: bent }] }))).toBe(
      'PHANTOM_READ_CONFLICT',
    );
  });
});
