// Hyperledger Fabric 3.1, orderer/ab.proto: AtomicBroadcast, Broadcast and Deliver
import { randomBytes } from 'node:crypto';
import { credentials } from '@grpc/grpc-js';
import { common, orderer } from '@hyperledger/fabric-protos';
import {
  encodeChannelHeader,
  encodeEnvelope,
  encodePayload,
  encodeSignatureHeader,
  HEADER_TYPE,
  type SigningIdentity,
} from '#libs/fabric-block';
import { NetworkError } from '../network-error.js';
import { CHANNEL_OPTIONS, type NodeAddress } from './node-address.js';

const DEADLINE = 15_000;
const { Status } = common;

/** An orderer that is sent envelopes directly. */
export class OrdererConnection {
  private readonly client: orderer.AtomicBroadcastClient;

  constructor(address: NodeAddress) {
    const tls = credentials.createSsl(Buffer.from(address.tlsCa));
    this.client = new orderer.AtomicBroadcastClient(`${address.host}:${address.port}`, tls, CHANNEL_OPTIONS);
  }

  /** Resolves when the orderer has taken the envelope. Throws NetworkError: retryable while it has no leader, or is not there. */
  async broadcast(envelope: Uint8Array): Promise<void> {
    const stream = this.client.broadcast({ deadline: Date.now() + DEADLINE });
    const answer = await new Promise<orderer.BroadcastResponse>((resolve, reject) => {
      stream.once('data', resolve).once('error', reject);
      stream.once('end', () => reject(new Error('the orderer hung up')));
      stream.write(common.Envelope.deserializeBinary(envelope));
    }).catch((error: Error) => {
      throw new NetworkError('Ordering', error.message, true);
    });
    stream.on('error', () => undefined);
    stream.end();
    const status = answer.getStatus();
    if (status === Status.SUCCESS) return;
    throw new NetworkError('Ordering', answer.getInfo() || `status ${status}`, status === Status.SERVICE_UNAVAILABLE);
  }

  /** Resolves when the orderer serves the channel's last block, which it does only while its raft has a leader. Throws NetworkError, retryable. */
  async ready(channelId: string, reader: SigningIdentity): Promise<void> {
    const stream = this.client.deliver({ deadline: Date.now() + DEADLINE });
    const answer = await new Promise<orderer.DeliverResponse>((resolve, reject) => {
      stream.once('data', resolve).once('error', reject);
      stream.once('end', () => reject(new Error('the orderer hung up')));
      stream.write(common.Envelope.deserializeBinary(seekNewest(channelId, reader)));
    }).catch((error: Error) => {
      throw new NetworkError('Asking the orderer', error.message, true);
    });
    stream.on('error', () => undefined);
    stream.cancel();
    if (!answer.hasBlock()) throw new NetworkError('Asking the orderer', `status ${answer.getStatus()}`, true);
  }

  close(): void {
    this.client.close();
  }
}

function seekNewest(channelId: string, reader: SigningIdentity): Uint8Array {
  const newest = new orderer.SeekPosition();
  newest.setNewest(new orderer.SeekNewest());
  const seek = new orderer.SeekInfo();
  seek.setStart(newest);
  seek.setStop(newest);
  seek.setBehavior(orderer.SeekInfo.SeekBehavior.FAIL_IF_NOT_READY);
  const payload = encodePayload({
    channelHeaderBytes: encodeChannelHeader({
      type: HEADER_TYPE.DELIVER_SEEK_INFO,
      channelId,
      timestamp: { seconds: Math.floor(Date.now() / 1_000), nanos: 0 },
    }),
    signatureHeaderBytes: encodeSignatureHeader({ creator: reader.creator, nonce: randomBytes(24) }),
    data: seek.serializeBinary(),
  });
  return encodeEnvelope({ payload, signature: reader.sign(payload) });
}
