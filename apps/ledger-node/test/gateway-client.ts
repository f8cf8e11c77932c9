import { Client, credentials } from '@grpc/grpc-js';
import { type Contract, connect, type Gateway, GatewayError, hash } from '@hyperledger/fabric-gateway';
import type { SigningIdentity } from '#libs/fabric-block';
import type { Network } from '#libs/fabric-network';

export interface GatewayClient {
  gateway: Gateway;
  contract: Contract;
  client: Client;
  close(): void;
}

/** The unmodified gateway client in the name of `identity`, which need not be anyone the network knows. */
export function gatewayClient(network: Network, port: number, identity: SigningIdentity): GatewayClient {
  const { ca } = network.organizations[0]!.peer.tls;
  const client = new Client(`localhost:${port}`, credentials.createSsl(Buffer.from(ca)), {
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 250,
  });
  const gateway = connect({
    client,
    identity: { mspId: identity.mspId, credentials: Buffer.from(identity.certificate) },
    signer: async (message) => identity.sign(message),
    hash: hash.none,
    endorseOptions: () => ({ deadline: Date.now() + 30_000 }),
    submitOptions: () => ({ deadline: Date.now() + 30_000 }),
    evaluateOptions: () => ({ deadline: Date.now() + 30_000 }),
    commitStatusOptions: () => ({ deadline: Date.now() + 10_000 }),
  });
  const contract = gateway.getNetwork(network.channel).getContract(network.chaincode);
  return {
    gateway,
    contract,
    client,
    close() {
      gateway.close();
      client.close();
    },
  };
}

/** What the gateway said: code, message, and what each node said. */
export async function gatewayError(call: Promise<unknown>): Promise<GatewayError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof GatewayError) return error;
  throw new Error('the call gave no GatewayError', { cause: error });
}
