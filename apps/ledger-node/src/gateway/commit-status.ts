// Fabric gateway service, CommitStatus: answers when the transaction is in a block, however long that takes
import { gateway, type peer } from '@hyperledger/fabric-protos';
import { RpcError } from '../rpc/rpc-error.js';
import type { GatewayContext } from './gateway-context.js';
import { checkReader } from './signed-request.js';

type Code = peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap];

function checked(signed: gateway.SignedCommitStatusRequest, context: GatewayContext): gateway.CommitStatusRequest {
  const bytes = signed.getRequest_asU8();
  if (bytes.length === 0) throw new RpcError('INVALID_ARGUMENT', 'a commit status request is required');
  const request = gateway.CommitStatusRequest.deserializeBinary(bytes);
  if (request.getIdentity_asU8().length === 0) throw new RpcError('INVALID_ARGUMENT', 'no identity provided');
  if (request.getChannelId() === '') throw new RpcError('INVALID_ARGUMENT', 'no channel ID provided');
  if (request.getTransactionId() === '') throw new RpcError('INVALID_ARGUMENT', 'transaction ID should not be empty');
  checkReader(
    { bytes, identity: request.getIdentity_asU8(), signature: signed.getSignature_asU8() },
    'gateway/CommitStatus',
    context,
  );
  if (request.getChannelId() !== context.channel)
    throw new RpcError('ABORTED', `channel not found: ${request.getChannelId()}`);
  return request;
}

export async function commitStatus(
  signed: gateway.SignedCommitStatusRequest,
  context: GatewayContext,
  signal: AbortSignal,
): Promise<gateway.CommitStatusResponse> {
  const txId = checked(signed, context).getTransactionId();
  const { block, flag } = await context.chain.whenKnown(txId, signal);
  const response = new gateway.CommitStatusResponse();
  response.setResult(flag as Code);
  response.setBlockNumber(block);
  return response;
}
