// Hyperledger Fabric 3.1 documentation, "Endorsement policies": of a chaincode and of single keys
import { common, ledger, msp } from '@hyperledger/fabric-protos';
import { describe, expect, test } from '@jest/globals';
import { encodeReadWriteSet, VALIDATION_PARAMETER } from '../src/index.js';
import { action, makeHospitals, written } from './hospitals.js';
import { did, envelope, flagOf, flagsOf, forgetAll, hospitals, put } from './judged-channel.js';

const NOTHING = { reads: [], ranges: [], writes: [], metadataWrites: [] };

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
    forgetAll();
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
