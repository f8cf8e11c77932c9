// Hyperledger Fabric 3.1, orderer/ab.proto: AtomicBroadcast, Broadcast
import { credentials } from '@grpc/grpc-js';
import { common, orderer } from '@hyperledger/fabric-protos';
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

  close(): void {
    this.client.close();
  }
}
