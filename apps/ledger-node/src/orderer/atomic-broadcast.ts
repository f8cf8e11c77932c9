// Fabric orderer service (orderer/ab.proto): takes envelopes, and gives ordered blocks to peers that follow the chain
import type { ServerDuplexStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import { common, orderer } from '@hyperledger/fabric-protos';
import { commitBlock, encodeBlock } from '#libs/fabric-block';
import { type Answers, deliver } from '../deliver/deliver.js';
import type { GatewayContext } from '../gateway/gateway-context.js';
import type { Calls } from '../rpc/calls.js';
import type { Orderer } from './orderer.js';
import { Rejection } from './rejection.js';

type BroadcastStream = ServerDuplexStream<common.Envelope, orderer.BroadcastResponse>;
type DeliverStream = ServerDuplexStream<common.Envelope, orderer.DeliverResponse>;

const READERS = '/Channel/Readers';

/** As the orderer made it: flags and COMMIT_HASH are each peer's own finding. */
const ORDERED: Answers<orderer.DeliverResponse> = {
  status(number) {
    const response = new orderer.DeliverResponse();
    response.setStatus(number);
    return response;
  },
  block(block) {
    const response = new orderer.DeliverResponse();
    response.setBlock(common.Block.deserializeBinary(encodeBlock(commitBlock(block, new Uint8Array()))));
    return response;
  },
};

function taken(envelope: common.Envelope, queue: Orderer): orderer.BroadcastResponse {
  const response = new orderer.BroadcastResponse();
  try {
    queue.submit(envelope.serializeBinary());
    response.setStatus(common.Status.SUCCESS);
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    response.setStatus(common.Status[error.status]);
    response.setInfo(error.message);
  }
  return response;
}

/** One answer for each message; the first that is refused ends the stream, as in Fabric. */
async function broadcast(stream: BroadcastStream, queue: Orderer): Promise<void> {
  for await (const envelope of stream.iterator({ destroyOnReturn: false })) {
    const response = taken(envelope as common.Envelope, queue);
    stream.write(response);
    if (response.getStatus() !== common.Status.SUCCESS) return;
  }
}

export function atomicBroadcast(context: GatewayContext, calls: Calls): UntypedServiceImplementation {
  const { chain, access, orderer: queue } = context;
  const delivery = { chain, answers: ORDERED, access: { ...access, policy: READERS } };
  return {
    broadcast: calls.duplex((stream: BroadcastStream) => broadcast(stream, queue)),
    deliver: calls.duplex((stream: DeliverStream, signal) => deliver(stream, delivery, signal)),
  };
}
