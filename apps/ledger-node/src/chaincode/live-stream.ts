// Fabric chaincode stream: one conversation with a chaincode that listens (protos.Chaincode/Connect)
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import { answerStateRequest, type Invocation } from './state-requests.js';

const { Type } = peer.ChaincodeMessage;
type Message = peer.ChaincodeMessage;
export type ChaincodeConversation = ClientDuplexStream<Message, Message>;

interface Running extends Invocation {
  done: (message: Message) => void;
  failed: (error: Error) => void;
}

function message(type: number, payload: Uint8Array, txId = '', channel = ''): Message {
  const result = new peer.ChaincodeMessage();
  result.setType(type as Message extends { setType(type: infer T): void } ? T : never);
  result.setPayload(payload);
  result.setTxid(txId);
  result.setChannelId(channel);
  return result;
}

/**
 * Speaks the peer's part: waits for REGISTER, answers REGISTERED and READY, then runs transactions, any number at a time
 * but each id once. It sends nothing else of its own accord: the shim ends its process at a message it does not know.
 */
export class LiveStream {
  private readonly running = new Map<string, Running>();
  private readonly registered = Promise.withResolvers<void>();
  private isOver = false;

  constructor(
    private readonly stream: ChaincodeConversation,
    private readonly over: () => void,
  ) {
    this.registered.promise.catch(() => {});
    stream.on('data', (received: Message) => this.receive(received));
    stream.on('error', () => this.end());
    stream.on('end', () => this.end());
  }

  /** When the chaincode may be called. Rejects if the stream ends before that. */
  get ready(): Promise<void> {
    return this.registered.promise;
  }

  private end(): void {
    if (this.isOver) return;
    this.isOver = true;
    const error = new Error('chaincode stream terminated');
    this.registered.reject(error);
    for (const run of this.running.values()) run.failed(error);
    this.running.clear();
    this.stream.end();
    this.over();
  }

  private receive(received: Message): void {
    const type = received.getType();
    if (type === Type.REGISTER) this.register(received);
    else if (type === Type.COMPLETED || type === Type.ERROR) this.running.get(received.getTxid())?.done(received);
    else if (type !== Type.KEEPALIVE) void this.answer(received);
  }

  private register(received: Message): void {
    if (!peer.ChaincodeID.deserializeBinary(received.getPayload_asU8()).getName()) {
      this.close();
      return;
    }
    this.stream.write(message(Type.REGISTERED, new Uint8Array()));
    this.stream.write(message(Type.READY, new Uint8Array()));
    this.registered.resolve();
  }

  private async answer(request: Message): Promise<void> {
    const txId = request.getTxid();
    const [type, payload] = await answerStateRequest(request, this.running.get(txId)).then(
      (bytes) => [Type.RESPONSE, bytes] as const,
      (error: Error) => [Type.ERROR, Buffer.from(error.message)] as const,
    );
    if (!this.isOver) this.stream.write(message(type, payload, txId, request.getChannelId()));
  }

  /** Sends the transaction and waits for COMPLETED or ERROR; rejects on timeout and when the stream ends. */
  async run(request: Message, invocation: Invocation, timeoutMs: number): Promise<Message> {
    const txId = request.getTxid();
    if (this.isOver) throw new Error('chaincode stream terminated');
    if (this.running.has(txId)) throw new Error(`txid: ${txId}(${request.getChannelId()}) exists`);
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    this.running.set(txId, { ...invocation, done: resolve, failed: reject });
    const timer = setTimeout(() => reject(new Error('timeout expired while executing transaction')), timeoutMs);
    try {
      this.stream.write(request);
      return await promise;
    } finally {
      clearTimeout(timer);
      this.running.delete(txId);
    }
  }

  close(): void {
    this.stream.cancel();
    this.end();
  }
}
