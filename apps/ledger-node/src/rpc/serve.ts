// gRPC over TLS: one listener for all services of peer, gateway and orderer
import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { gateway, orderer, peer } from '@hyperledger/fabric-protos';
import { deliverService } from '../deliver/deliver-service.js';
import type { GatewayContext } from '../gateway/gateway-context.js';
import { gatewayService } from '../gateway/gateway-service.js';
import { atomicBroadcast } from '../orderer/atomic-broadcast.js';
import { Arriving } from './arriving.js';
import { Calls, type Log } from './calls.js';
import { InFlight } from './in-flight.js';

const GATEWAY = '/gateway.Gateway/';
/** More than an envelope may have (10 MB), so that the orderer says what is wrong: beyond this the connection is lost. */
const MAX_REQUEST = 32 * 1024 * 1024;
/** An answer may be a block. */
const MAX_ANSWER = 64 * 1024 * 1024;
const MAX_IN_FLIGHT = 128 * 1024 * 1024;
/** As much again may be on its way here; a request that has not come whole in a minute is given up. */
const ARRIVING = {
  bytes: MAX_IN_FLIGHT,
  milliseconds: 60_000,
  isStreamed: (path: string) => !path.startsWith(GATEWAY),
};
const STOP_TIMEOUT = 3_000;

/** Fabric's own limits for a peer; an orderer has none. */
const SERVICES = [
  { service: '/gateway.Gateway', concurrent: 500, definition: gateway.GatewayService, implement: gatewayService },
  { service: '/protos.Deliver', concurrent: 2_500, definition: peer.DeliverService, implement: deliverService },
  {
    service: '/orderer.AtomicBroadcast',
    concurrent: 1_000,
    definition: orderer.AtomicBroadcastService,
    implement: atomicBroadcast,
  },
];

export interface Listener {
  /** `host:port`; port 0 takes any. */
  address: string;
  certificate: string;
  privateKey: string;
  log: Log;
}

export interface RunningServer {
  port: number;
  close(): Promise<void>;
}

function credentials({ certificate, privateKey }: Listener): ServerCredentials {
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
export async function serve(context: GatewayContext, listener: Listener): Promise<RunningServer> {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_REQUEST,
    'grpc.max_send_message_length': MAX_ANSWER,
    'grpc.max_concurrent_streams': 1_000,
  });
  const inFlight = new InFlight(MAX_IN_FLIGHT);
  const all = SERVICES.map(({ service, concurrent, definition, implement }) => {
    const calls = new Calls(listener.log, { service, concurrent, inFlight });
    const implementation: UntypedServiceImplementation = implement(context, calls);
    server.addService(inFlight.sized(definition), implementation);
    return calls;
  });
  const port = await new Promise<number>((resolve, reject) => {
    const bound = (error: Error | null, bindPort: number) => (error ? reject(error) : resolve(bindPort));
    server.bindAsync(listener.address, credentials(listener), bound);
  });
  const unwatch = new Arriving(ARRIVING).watch(port);
  return {
    port,
    close() {
      unwatch();
      for (const calls of all) calls.close();
      return shutDown(server);
    },
  };
}
