// Fabric gateway service (gateway/gateway.proto) over gRPC with TLS
import { Server, ServerCredentials, type ServerWritableStream } from '@grpc/grpc-js';
import { gateway } from '@hyperledger/fabric-protos';
import { Calls, type Log } from './calls.js';
import { chaincodeEvents } from './chaincode-events.js';
import { commitStatus } from './commit-status.js';
import { endorse } from './endorse.js';
import { evaluate } from './evaluate.js';
import type { GatewayContext } from './gateway-context.js';
import { submit } from './submit.js';

/** A request; a batch of 5,000 leaves needs a quarter of a megabyte. The contract gets it twice: as arguments and as proposal. */
const MAX_REQUEST = 8 * 1024 * 1024;
/** An answer may be a block. */
const MAX_ANSWER = 64 * 1024 * 1024;
const STOP_TIMEOUT = 3_000;

export interface GatewayListener {
  /** `host:port`; port 0 takes any. */
  address: string;
  certificate: string;
  privateKey: string;
  log: Log;
}

export interface GatewayServer {
  port: number;
  close(): Promise<void>;
}

function credentials({ certificate, privateKey }: GatewayListener): ServerCredentials {
  return ServerCredentials.createSsl(null, [
    { cert_chain: Buffer.from(certificate), private_key: Buffer.from(privateKey) },
  ]);
}

function shutDown(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, STOP_TIMEOUT);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Listens and answers. Rejects when the address cannot be had. */
export async function serveGateway(context: GatewayContext, listener: GatewayListener): Promise<GatewayServer> {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_REQUEST,
    'grpc.max_send_message_length': MAX_ANSWER,
    'grpc.max_concurrent_streams': 1_000,
  });
  const calls = new Calls(listener.log);
  server.addService(gateway.GatewayService, {
    endorse: calls.unary((request: gateway.EndorseRequest) => endorse(request, context)),
    evaluate: calls.unary((request: gateway.EvaluateRequest) => evaluate(request, context)),
    submit: calls.unary((request: gateway.SubmitRequest) => submit(request, context)),
    commitStatus: calls.unary((request: gateway.SignedCommitStatusRequest, signal) =>
      commitStatus(request, context, signal),
    ),
    chaincodeEvents: calls.stream(
      (stream: ServerWritableStream<gateway.SignedChaincodeEventsRequest, gateway.ChaincodeEventsResponse>, signal) =>
        chaincodeEvents(stream, context, signal),
    ),
  });
  const port = await new Promise<number>((resolve, reject) => {
    const bound = (error: Error | null, bindPort: number) => (error ? reject(error) : resolve(bindPort));
    server.bindAsync(listener.address, credentials(listener), bound);
  });
  return {
    port,
    close() {
      calls.close();
      return shutDown(server);
    },
  };
}
