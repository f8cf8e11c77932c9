// What one endorsed transaction proves without its block, and what must be noticed in it
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  BlockError,
  type BlockTrust,
  type ChaincodeAction,
  encodeBlock,
  encodeReadWriteSet,
  envelopeInBlock,
  openBlock,
  openEnvelope,
  type SigningIdentity,
} from '../src/index.js';
import { action, block, type Hospitals, makeHospitals, transactionEnvelope, written } from './hospitals.js';

const version = { block: 3, transaction: 2 };
const results = encodeReadWriteSet([
  {
    namespace: 'anchor',
    reads: [{ key: 'gone' }, { key: 'log:a', version }],
    writes: [written('log:a', '{"size":1}')],
    ranges: [],
    metadataWrites: [],
  },
  {
    namespace: 'other',
    reads: [{ key: 'log:a', version: { block: 1, transaction: 0 } }],
    writes: [],
    ranges: [],
    metadataWrites: [],
  },
]);
let hospitals: Hospitals;
let envelope: Uint8Array;

const endorsedBy = (endorsers: SigningIdentity[], change: Partial<ChaincodeAction> = {}) =>
  transactionEnvelope({ endorsers, creator: hospitals.clientA, action: action({ results, ...change }) });

function refusal(bytes: Uint8Array, trust: BlockTrust = hospitals.trust): string {
  try {
    const { unproven, namespaceReads } = openEnvelope(bytes, trust);
    if (unproven) return namespaceReads.length === 0 ? unproven.reason : 'shown';
  } catch (error) {
    if (error instanceof BlockError) return error.reason;
    throw error;
  }
  return 'accepted';
}

beforeAll(async () => {
  hospitals = await makeHospitals();
  envelope = endorsedBy([hospitals.peerA, hospitals.peerB]);
});

describe('an endorsed transaction', () => {
  test('shows what was read, and where in the chain that was written, and what was to be written', () => {
    const opened = openEnvelope(envelope, hospitals.trust);
    expect(opened).toMatchObject({ chaincode: 'anchor', creatorMsp: 'HospitalAMSP' });
    expect(opened.endorsers).toEqual(['HospitalAMSP', 'HospitalBMSP']);
    expect(opened.namespaceReads).toEqual([
      { namespace: 'anchor', key: 'gone', version: undefined },
      { namespace: 'anchor', key: 'log:a', version },
      { namespace: 'other', key: 'log:a', version: { block: 1, transaction: 0 } },
    ]);
    expect(opened.namespaceWrites).toHaveLength(1);
    expect(opened).not.toHaveProperty('code');
  });

  test('shows nothing of it when too few have endorsed', () => {
    const { unproven, namespaceReads, namespaceWrites } = openEnvelope(endorsedBy([hospitals.peerA]), hospitals.trust);
    expect([unproven?.reason, namespaceReads, namespaceWrites]).toEqual(['ENDORSEMENT', [], []]);
  });

  test('of another channel, of strangers, or that is none, is refused or shows nothing', async () => {
    expect(refusal(envelope, { ...hospitals.trust, channel: 'other' })).toBe('HEADER');
    const strangers = await makeHospitals();
    expect(refusal(envelope, strangers.trust)).toBe('IDENTITY');
    const ofBlock = encodeBlock(block(hospitals.orderer, [envelope]));
    for (const bytes of [Buffer.alloc(0), Buffer.from('rubbish'), ofBlock]) expect(refusal(bytes)).toBe('MALFORMED');
  });

  test('does not stand when one bit of it is changed', () => {
    const position = fc.record({ at: fc.nat(envelope.length - 1), bit: fc.nat(7) });
    fc.assert(
      fc.property(position, ({ at, bit }) => {
        const changed = Buffer.from(envelope);
        changed[at]! ^= 1 << bit;
        const found = refusal(changed);
        if (found === 'accepted') expect(openEnvelope(changed, hospitals.trust).unproven).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });
});

describe('in its block', () => {
  test('it is found by its transaction id, byte for byte, and stands by itself', () => {
    const other = endorsedBy([hospitals.peerB, hospitals.peerA]);
    const bytes = encodeBlock(
      block(hospitals.orderer, [Buffer.from('rubbish'), other, envelope], Uint8Array.of(1, 0, 0)),
    );
    const { transactions } = openBlock(bytes, hospitals.trust);
    expect(envelopeInBlock(bytes, transactions[2]!.txId)).toEqual(envelope);
    expect(envelopeInBlock(bytes, transactions[1]!.txId)).toEqual(other);
  });

  test('it is not found under another id, or in what is no block', () => {
    expect(envelopeInBlock(encodeBlock(block(hospitals.orderer, [envelope])), 'ab'.repeat(32))).toBeUndefined();
    expect(envelopeInBlock(Buffer.from('rubbish'), 'ab'.repeat(32))).toBeUndefined();
  });
});
