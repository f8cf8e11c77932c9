// Hyperledger Fabric 3.1: blocks recorded from a real network of two organisations
import { describe, expect, test } from '@jest/globals';
import {
  blockCommitHash,
  blockFlags,
  checkDataHash,
  checkEndorsement,
  checkEnvelope,
  checkOrdererSignature,
  checkPrevious,
  commitHash,
  decodeEnvelope,
  decodeReadWriteSet,
  decodeResponsePayload,
  decodeTransaction,
  encodeBlock,
  encodeEnvelope,
  encodePayload,
  encodeReadWriteSet,
  encodeResponsePayload,
  encodeTransaction,
  headerTime,
  membership,
  openBlock,
  proposalHash,
  UpdateBatch,
  VALIDATION_CODE,
  validationCode,
} from '../src/index.js';
import { type Recording, recording } from './recorded-blocks.js';

describe.each(['sequential', 'mixed'] as const)('the recorded blocks "%s"', (name) => {
  const recorded = recording(name);
  const { raw, blocks, trust } = recorded;

  test('decode and encode to the same bytes', () => {
    expect(blocks.map((block) => Buffer.from(encodeBlock(block)).equals(raw[block.number]!))).not.toContain(false);
  });

  test('hold the data their headers commit to, each following the one before', () => {
    blocks.forEach(checkDataHash);
    blocks.slice(1).forEach((block, index) => {
      checkPrevious(block, blocks[index]!);
    });
  });

  test('are signed by the orderer of the genesis block', () => {
    const orderers = membership(trust.ordererMsps);
    for (const block of blocks.slice(1)) expect(checkOrdererSignature(block, orderers).mspId).toBe('OrdererMSP');
  });

  test('carry transactions signed by their creators, endorsed by peers, in the bytes we would make', () => {
    expect(checkTransactions(recorded)).toBeGreaterThan(40);
  });

  test('have the COMMIT_HASH that follows from flags, writes and the block before', () => {
    expect(replay(recorded)).toEqual(blocks.map((block) => hex(blockCommitHash(block))));
  });

  test('open with the certificates of the genesis block as the only trust', () => {
    for (const bytes of raw.slice(1)) expect(openBlock(bytes, trust).transactions.length).toBeGreaterThan(0);
  });

  test('hold transactions that prove nothing to who asks for both organisations, and all to who asks for either', () => {
    const endorsement = Object.keys(trust.peerMsps);
    const doubts = (atLeast: number) =>
      raw.slice(1).flatMap((bytes) => {
        const { transactions } = openBlock(bytes, { ...trust, endorsement, atLeast });
        return transactions.filter(({ code }) => code === 'VALID').map(({ unproven }) => unproven?.reason);
      });
    expect(new Set(doubts(2))).toEqual(new Set([undefined, 'ENDORSEMENT']));
    expect(new Set(doubts(1))).toEqual(new Set([undefined]));
  });
});

function checkTransactions({ blocks, trust }: Recording): number {
  const members = membership(trust.peerMsps);
  let checked = 0;
  for (const bytes of blocks.slice(1).flatMap((block) => block.data)) {
    const envelope = decodeEnvelope(bytes);
    checkEnvelope(envelope, members, headerTime(envelope.channelHeader));
    expect(Buffer.from(encodeEnvelope({ ...envelope, payload: encodePayload(envelope) })).equals(bytes)).toBe(true);
    const actions = decodeTransaction(envelope.data);
    expect(Buffer.from(encodeTransaction(actions)).equals(envelope.data)).toBe(true);
    for (const action of actions) {
      for (const endorsement of action.endorsements) {
        expect(checkEndorsement(action.responsePayload, endorsement, members).role).toBe('peer');
      }
      const response = decodeResponsePayload(action.responsePayload);
      const expected = proposalHash({ ...envelope, payloadWithoutTransient: action.proposalPayload });
      expect(hex(response.proposalHash)).toBe(hex(expected));
      expect(hex(encodeResponsePayload(response.proposalHash, response.action))).toBe(hex(action.responsePayload));
      const sets = decodeReadWriteSet(response.action.results);
      expect(hex(encodeReadWriteSet(sets))).toBe(hex(response.action.results));
      checked++;
    }
  }
  return checked;
}

/** The commit hash of every block, computed from a state that holds nothing but what the valid transactions wrote. */
function replay({ blocks }: Recording): (string | undefined)[] {
  const state = new Map<string, { value: Uint8Array | undefined; metadata?: Uint8Array | undefined }>();
  let previous: Uint8Array | undefined;
  return blocks.map((block) => {
    if (block.number === 0) return undefined;
    const flags = blockFlags(block);
    const batch = new UpdateBatch(block.number, (...name) => state.get(name.join('|')));
    for (const [index, bytes] of block.data.entries()) {
      if (flags[index] !== VALIDATION_CODE.VALID) continue;
      const [action] = decodeTransaction(decodeEnvelope(bytes).data);
      batch.apply(index, decodeReadWriteSet(decodeResponsePayload(action!.responsePayload).action.results));
    }
    for (const update of batch.updates()) {
      state.set([update.namespace, update.key, update.collection].join('|'), update);
    }
    previous = commitHash(flags, batch.updates(), previous);
    return hex(previous);
  });
}

function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString('hex');
}

test('the recording "mixed" holds the codes it was made for', () => {
  const codes = new Set(recording('mixed').blocks.flatMap((block) => [...blockFlags(block)].map(validationCode)));
  const expected = [
    'VALID',
    'MVCC_READ_CONFLICT',
    'DUPLICATE_TXID',
    'ENDORSEMENT_POLICY_FAILURE',
    'PHANTOM_READ_CONFLICT',
  ];
  expect(codes).toEqual(new Set(expected));
});
