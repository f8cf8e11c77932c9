// Fabric gateway service, Submit: hands the envelope to the orderer; the answer says only that it was taken
import { gateway } from '@hyperledger/fabric-protos';
import { Rejection } from '../orderer/rejection.js';
import { RpcError } from '../rpc/rpc-error.js';
import type { GatewayContext } from './gateway-context.js';

export async function submit(
  request: gateway.SubmitRequest,
  { orderer, channel }: GatewayContext,
): Promise<gateway.SubmitResponse> {
  const envelope = request.getPreparedTransaction();
  if (!envelope) throw new RpcError('INVALID_ARGUMENT', 'a prepared transaction is required');
  if (envelope.getSignature_asU8().length === 0)
    throw new RpcError('INVALID_ARGUMENT', 'prepared transaction must be signed');
  if (request.getChannelId() !== channel)
    throw new RpcError('FAILED_PRECONDITION', `channel '${request.getChannelId()}' not found`);
  try {
    orderer.submit(envelope.serializeBinary());
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    const { status, message } = error;
    if (status === 'SERVICE_UNAVAILABLE')
      throw new RpcError('UNAVAILABLE', `no orderers could successfully process transaction: ${message}`);
    throw new RpcError('ABORTED', `received unsuccessful response from orderer: status=${status}, info=${message}`);
  }
  return new gateway.SubmitResponse();
}
