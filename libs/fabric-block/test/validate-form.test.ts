// Hyperledger Fabric 3.1, peer/transaction.proto: each flag that a client, or an organisation that lies, can earn
import { describe, expect, test } from '@jest/globals';
import {
  decodeEnvelope,
  decodeTransaction,
  type Envelope,
  encodeChannelHeader,
  encodeEnvelope,
  encodePayload,
  encodeSignatureHeader,
  encodeTransaction,
  type SigningIdentity,
  validateBlock,
} from '../src/index.js';
import { makeHospitals } from './hospitals.js';
import { config, envelope, flagOf, flagsOf, hospitals, state } from './judged-channel.js';

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
