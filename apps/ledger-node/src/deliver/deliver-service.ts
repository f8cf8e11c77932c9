// Fabric deliver service of a peer (peer/events.proto): committed blocks, whole or filtered
import type { ServerDuplexStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import { common, peer } from '@hyperledger/fabric-protos';
import { encodeBlock } from '#libs/fabric-block';
import { resourcePolicy } from '../endorser/resource-policy.js';
import type { GatewayContext } from '../gateway/gateway-context.js';
import type { Calls } from '../rpc/calls.js';
import { RpcError } from '../rpc/rpc-error.js';
import { type Answers, deliver } from './deliver.js';
import { filteredBlock } from './filtered-block.js';

type Stream = ServerDuplexStream<common.Envelope, peer.DeliverResponse>;

function status(number: ReturnType<peer.DeliverResponse['getStatus']>): peer.DeliverResponse {
  const response = new peer.DeliverResponse();
  response.setStatus(number);
  return response;
}

const WHOLE: Answers<peer.DeliverResponse> = {
  status,
  block(block) {
    const response = new peer.DeliverResponse();
    response.setBlock(common.Block.deserializeBinary(encodeBlock(block)));
    return response;
  },
};

const FILTERED: Answers<peer.DeliverResponse> = {
  status,
  block(block) {
    const response = new peer.DeliverResponse();
    response.setFilteredBlock(filteredBlock(block));
    return response;
  },
};

/** Blocks with private data are refused: the embedded ledger has none. */
export function deliverService(context: GatewayContext, calls: Calls): UntypedServiceImplementation {
  const { chain, access } = context;
  const serve = (resource: string, answers: Answers<peer.DeliverResponse>) => {
    const policy = resourcePolicy(access.config, resource);
    return calls.duplex((stream: Stream, signal) =>
      deliver(stream, { chain, answers, access: { ...access, policy } }, signal),
    );
  };
  return {
    deliver: serve('event/Block', WHOLE),
    deliverFiltered: serve('event/FilteredBlock', FILTERED),
    deliverWithPrivateData: calls.duplex(async () => {
      throw new RpcError('UNIMPLEMENTED', 'private data is not supported by the embedded ledger');
    }),
  };
}
