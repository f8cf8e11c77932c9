// Hyperledger Fabric 3.1, common/common.proto: ChannelHeader, SignatureHeader; the transaction id
import { common } from '@hyperledger/fabric-protos';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { decodeMessage } from './canonical-message.js';
import { sha256 } from './sha256.js';

/** common.HeaderType, as far as it occurs on a channel. */
export const HEADER_TYPE = {
  MESSAGE: 0,
  CONFIG: 1,
  CONFIG_UPDATE: 2,
  ENDORSER_TRANSACTION: 3,
  DELIVER_SEEK_INFO: 5,
} as const;

export interface ChannelHeader {
  type: number;
  version: number;
  /** As the maker's clock said: seconds since 1970 and nanoseconds. */
  timestamp: { seconds: number; nanos: number } | undefined;
  channelId: string;
  txId: string;
  epoch: number;
  extension: Uint8Array;
  tlsCertHash: Uint8Array;
}

export interface SignatureHeader {
  /** Encoded SerializedIdentity. */
  creator: Uint8Array;
  nonce: Uint8Array;
}

/** Fields not given are left out. */
export function encodeChannelHeader(header: Partial<ChannelHeader>): Uint8Array {
  const message = new common.ChannelHeader();
  message.setType(header.type ?? 0);
  message.setVersion(header.version ?? 0);
  if (header.timestamp) message.setTimestamp(timestampMessage(header.timestamp));
  message.setChannelId(header.channelId ?? '');
  message.setTxId(header.txId ?? '');
  message.setEpoch(header.epoch ?? 0);
  message.setExtension$(header.extension ?? '');
  message.setTlsCertHash(header.tlsCertHash ?? '');
  return message.serializeBinary();
}

function timestampMessage(time: { seconds: number; nanos: number }): InstanceType<typeof timestamps.Timestamp> {
  const message = new timestamps.Timestamp();
  message.setSeconds(time.seconds);
  message.setNanos(time.nanos);
  return message;
}

export function decodeChannelHeader(bytes: Uint8Array): ChannelHeader {
  const message = decodeMessage(common.ChannelHeader, bytes, 'channel header');
  const time = message.getTimestamp();
  return {
    type: message.getType(),
    version: message.getVersion(),
    timestamp: time && { seconds: time.getSeconds(), nanos: time.getNanos() },
    channelId: message.getChannelId(),
    txId: message.getTxId(),
    epoch: message.getEpoch(),
    extension: message.getExtension_asU8(),
    tlsCertHash: message.getTlsCertHash_asU8(),
  };
}

export function encodeSignatureHeader(header: SignatureHeader): Uint8Array {
  const message = new common.SignatureHeader();
  message.setCreator(header.creator);
  message.setNonce(header.nonce);
  return message.serializeBinary();
}

export function decodeSignatureHeader(bytes: Uint8Array): SignatureHeader {
  const message = decodeMessage(common.SignatureHeader, bytes, 'signature header');
  return { creator: message.getCreator_asU8(), nonce: message.getNonce_asU8() };
}

/** Lower-case hex SHA-256(nonce || creator). */
export function transactionId(nonce: Uint8Array, creator: Uint8Array): string {
  return sha256(nonce, creator).toString('hex');
}

/** The time a header claims, to the millisecond; undefined where it claims none, or one that no clock shows. */
export function headerTime(header: Pick<ChannelHeader, 'timestamp'>): Date | undefined {
  if (!header.timestamp) return undefined;
  const time = new Date(header.timestamp.seconds * 1_000 + Math.floor(header.timestamp.nanos / 1_000_000));
  return Number.isNaN(time.getTime()) ? undefined : time;
}
