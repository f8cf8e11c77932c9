// Fabric gateway service (gateway/gateway.proto)
import type { ServerWritableStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { gateway } from '@hyperledger/fabric-protos';
import { type Calls, SMALL_REQUEST } from '../rpc/calls.js';
import { chaincodeEvents } from './chaincode-events.js';
import { commitStatus } from './commit-status.js';
import { endorse } from './endorse.js';
import { evaluate } from './evaluate.js';
import type { GatewayContext } from './gateway-context.js';
import { submit } from './submit.js';

type Events = ServerWritableStream<gateway.SignedChaincodeEventsRequest, gateway.ChaincodeEventsResponse>;

export function gatewayService(context: GatewayContext, calls: Calls): UntypedServiceImplementation {
  return {
    endorse: calls.unary((request: gateway.EndorseRequest) => endorse(request, context)),
    evaluate: calls.unary((request: gateway.EvaluateRequest) => evaluate(request, context)),
    submit: calls.unary((request: gateway.SubmitRequest) => submit(request, context)),
    commitStatus: calls.unary(
      (request: gateway.SignedCommitStatusRequest, signal) => commitStatus(request, context, signal),
      SMALL_REQUEST,
    ),
    chaincodeEvents: calls.stream((stream: Events, signal) => chaincodeEvents(stream, context, signal)),
  };
}
