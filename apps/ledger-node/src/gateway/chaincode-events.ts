// Fabric gateway service, ChaincodeEvents: block by block from a start position, then as blocks are committed
import { once } from 'node:events';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { gateway, orderer, peer } from '@hyperledger/fabric-protos';
import type { ChaincodeEvent } from '#libs/fabric-block';
import type { Chain } from '../chain/chain.js';
import { whenThere } from '../chain/when-there.js';
import { RpcError } from '../rpc/rpc-error.js';
import { blockEvents } from './block-events.js';
import type { GatewayContext } from './gateway-context.js';
import { checkReader } from './signed-request.js';

type Stream = ServerWritableStream<gateway.SignedChaincodeEventsRequest, gateway.ChaincodeEventsResponse>;

function checked(
  signed: gateway.SignedChaincodeEventsRequest,
  context: GatewayContext,
): gateway.ChaincodeEventsRequest {
  const bytes = signed.getRequest_asU8();
  if (bytes.length === 0) throw new RpcError('INVALID_ARGUMENT', 'a chaincode events request is required');
  const request = gateway.ChaincodeEventsRequest.deserializeBinary(bytes);
  checkReader(
    { bytes, identity: request.getIdentity_asU8(), signature: signed.getSignature_asU8() },
    'gateway/ChaincodeEvents',
    context,
  );
  if (request.getChannelId() !== context.channel)
    throw new RpcError('NOT_FOUND', `channel not found: ${request.getChannelId()}`);
  return request;
}

function startBlock(request: gateway.ChaincodeEventsRequest, chain: Chain): number {
  const after = chain.transaction(request.getAfterTransactionId());
  if (after) return after.block;
  const position = request.getStartPosition();
  const { TypeCase } = orderer.SeekPosition;
  switch (position?.getTypeCase() ?? TypeCase.TYPE_NOT_SET) {
    case TypeCase.SPECIFIED:
      return position!.getSpecified()!.getNumber();
    case TypeCase.NEXT_COMMIT:
    case TypeCase.TYPE_NOT_SET:
      return chain.height;
    default:
      throw new RpcError('INVALID_ARGUMENT', 'invalid start position type');
  }
}

/** Passes the events of the chaincode, from behind the named transaction on if there is one. */
function matcher(request: gateway.ChaincodeEventsRequest): (event: ChaincodeEvent) => boolean {
  const after = request.getAfterTransactionId();
  let passed = after === '';
  return ({ chaincode, txId }) => {
    if (passed) return chaincode === request.getChaincodeId();
    passed = txId === after;
    return false;
  };
}

function response(block: number, events: readonly ChaincodeEvent[]): gateway.ChaincodeEventsResponse {
  const message = new gateway.ChaincodeEventsResponse();
  message.setBlockNumber(block);
  for (const event of events) {
    const item = new peer.ChaincodeEvent();
    item.setChaincodeId(event.chaincode);
    item.setTxId(event.txId);
    item.setEventName(event.name);
    item.setPayload(event.payload);
    message.addEvents(item);
  }
  return message;
}

/** Runs until the client or the node ends it: it never resolves. */
export async function chaincodeEvents(stream: Stream, context: GatewayContext, signal: AbortSignal): Promise<never> {
  const { chain } = context;
  const request = checked(stream.request, context);
  const matches = matcher(request);
  for (let number = startBlock(request, chain); ; number += 1) {
    await whenThere(chain, number, signal);
    const events = blockEvents(await chain.block(number)).filter(matches);
    if (events.length > 0 && !stream.write(response(number, events))) await once(stream, 'drain', { signal });
  }
}
