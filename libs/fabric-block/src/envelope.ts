// Hyperledger Fabric 3.1, common/common.proto: Envelope, Payload, Header
import { common } from '@hyperledger/fabric-protos';
import { BlockError } from './block-error.js';
import { decodeMessage, present } from './canonical-message.js';
import {
  type ChannelHeader,
  decodeChannelHeader,
  decodeSignatureHeader,
  type SignatureHeader,
  transactionId,
} from './header.js';
import type { Member, Membership } from './membership.js';

export interface Envelope {
  /** What the signature is over. */
  payload: Uint8Array;
  signature: Uint8Array;
  channelHeader: ChannelHeader;
  signatureHeader: SignatureHeader;
  channelHeaderBytes: Uint8Array;
  signatureHeaderBytes: Uint8Array;
  /** Payload.data: a Transaction or a ConfigEnvelope, by header type. */
  data: Uint8Array;
}

export function encodeEnvelope(envelope: { payload: Uint8Array; signature: Uint8Array }): Uint8Array {
  const message = new common.Envelope();
  message.setPayload(envelope.payload);
  message.setSignature(envelope.signature);
  return message.serializeBinary();
}

/** Payload bytes: the headers as they are, and the data. */
export function encodePayload(
  parts: Pick<Envelope, 'channelHeaderBytes' | 'signatureHeaderBytes' | 'data'>,
): Uint8Array {
  const header = new common.Header();
  header.setChannelHeader(parts.channelHeaderBytes);
  header.setSignatureHeader(parts.signatureHeaderBytes);
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(parts.data);
  return payload.serializeBinary();
}

/** Decodes an Envelope and its headers; checks no more than that. Throws BlockError MALFORMED. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  const envelope = decodeMessage(common.Envelope, bytes, 'envelope');
  const payload = decodeMessage(common.Payload, envelope.getPayload_asU8(), 'payload of the envelope');
  const header = present(payload.getHeader(), 'header of the envelope');
  const channelHeaderBytes = header.getChannelHeader_asU8();
  const signatureHeaderBytes = header.getSignatureHeader_asU8();
  return {
    payload: envelope.getPayload_asU8(),
    signature: envelope.getSignature_asU8(),
    channelHeader: decodeChannelHeader(channelHeaderBytes),
    signatureHeader: decodeSignatureHeader(signatureHeaderBytes),
    channelHeaderBytes,
    signatureHeaderBytes,
    data: payload.getData_asU8(),
  };
}

/** The creator is a member and signed the payload. Throws BlockError IDENTITY or SIGNATURE. */
export function checkCreator(
  envelope: Pick<Envelope, 'payload' | 'signature' | 'signatureHeader'>,
  members: Membership,
  at?: Date,
): Member {
  const creator = members.member(envelope.signatureHeader.creator, at);
  if (creator.verify(envelope.payload, envelope.signature)) return creator;
  throw new BlockError('SIGNATURE', 'The signature on the envelope is not that of its creator.');
}

/** Transaction id and creator of an endorser transaction. Throws BlockError TXID, IDENTITY or SIGNATURE. */
export function checkEnvelope(envelope: Envelope, members: Membership, at?: Date): Member {
  const { creator, nonce } = envelope.signatureHeader;
  if (envelope.channelHeader.txId !== transactionId(nonce, creator)) {
    throw new BlockError('TXID', 'The transaction id of the envelope is not SHA-256 of nonce and creator.');
  }
  return checkCreator(envelope, members, at);
}
