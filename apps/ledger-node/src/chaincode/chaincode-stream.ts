// Fabric chaincode as an external service: the peer dials, and dials again at the next call after the stream has ended
import { type Client, credentials } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import type { ChaincodeEvent, ChaincodeResponse, Proposal } from '#libs/fabric-block';
import { type ChaincodeConversation, LiveStream } from './live-stream.js';
import type { Invocation } from './state-requests.js';

const DIAL_TIMEOUT = 5_000;
const EXECUTE_TIMEOUT = 30_000;
const MAX_MESSAGE = 32 * 1024 * 1024;
const OPTIONS = {
  'grpc.max_receive_message_length': MAX_MESSAGE,
  'grpc.max_send_message_length': MAX_MESSAGE,
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 250,
  // A peer has its own connection to its chaincode.
  'grpc.use_local_subchannel_pool': 1,
};

export interface Execution {
  response: ChaincodeResponse;
  event: ChaincodeEvent | undefined;
}

function transaction(proposal: Proposal): peer.ChaincodeMessage {
  const input = new peer.ChaincodeInput();
  input.setArgsList(proposal.args);
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(proposal.proposalBytes);
  signed.setSignature(proposal.signature);
  const message = new peer.ChaincodeMessage();
  message.setType(peer.ChaincodeMessage.Type.TRANSACTION);
  message.setPayload(input.serializeBinary());
  message.setTxid(proposal.txId);
  message.setChannelId(proposal.channelId);
  message.setProposal(signed);
  return message;
}

function execution(message: peer.ChaincodeMessage, { chaincode, txId }: Proposal): Execution {
  const payload = message.getPayload_asU8();
  if (message.getType() === peer.ChaincodeMessage.Type.ERROR)
    throw new Error(`transaction returned with failure: ${Buffer.from(payload).toString('utf8')}`);
  const response = peer.Response.deserializeBinary(payload);
  const event = message.getChaincodeEvent();
  return {
    response: { status: response.getStatus(), message: response.getMessage(), payload: response.getPayload_asU8() },
    event: event && { chaincode, txId, name: event.getEventName(), payload: event.getPayload_asU8() },
  };
}

/** One peer's way to the chaincode process at `address`. */
export class ChaincodeStream {
  private live: Promise<LiveStream> | undefined;

  constructor(private readonly address: string) {}

  private async dial(): Promise<LiveStream> {
    const client = new peer.ChaincodeClient(this.address, credentials.createInsecure(), OPTIONS);
    const deadline = Date.now() + DIAL_TIMEOUT;
    await new Promise<void>((resolve, reject) => {
      (client as unknown as Client).waitForReady(deadline, (error) => (error ? reject(error) : resolve()));
    }).catch(() => {
      client.close();
      throw new Error('connection to the chaincode failed');
    });
    const stream = new LiveStream(client.connect() as unknown as ChaincodeConversation, () => {
      this.live = undefined;
      client.close();
    });
    const timer = setTimeout(() => stream.close(), DIAL_TIMEOUT);
    await stream.ready.finally(() => clearTimeout(timer));
    return stream;
  }

  private connected(): Promise<LiveStream> {
    this.live ??= this.dial().catch((error: Error) => {
      this.live = undefined;
      throw error;
    });
    return this.live;
  }

  /** Runs the proposal's function. Rejects when no answer comes; an answer may still say that it refused. */
  async execute(proposal: Proposal, invocation: Invocation): Promise<Execution> {
    const live = await this.connected().catch((error: Error) => {
      throw new Error(`could not launch chaincode ${proposal.chaincode}: ${error.message}`);
    });
    const message = await live.run(transaction(proposal), invocation, EXECUTE_TIMEOUT).catch((error: Error) => {
      throw new Error(`error sending: ${error.message}`);
    });
    return execution(message, proposal);
  }

  async close(): Promise<void> {
    const live = await this.live?.catch(() => undefined);
    live?.close();
  }
}
