import { join } from 'node:path';
import { common, gateway } from '@hyperledger/fabric-protos';
import { freePort, type Program, startScript } from './child-process.js';
import { type GatewayClient, gatewayClient } from './gateway-client.js';
import type { Step } from './scratch-chaincode.js';
import { type TestLedger, testLedger } from './test-ledger.js';

/** The scratch chaincode as a process of its own; gives its address. */
export async function startScratch(): Promise<{ address: string; program: Program }> {
  const address = `127.0.0.1:${await freePort()}`;
  const program = await startScript(join(import.meta.dirname, 'scratch-chaincode.ts'), {
    CHAINCODE_SERVER_ADDRESS: address,
    CORE_CHAINCODE_LOGGING_LEVEL: 'CRITICAL',
  });
  return { address, program };
}

export interface ScratchLedger {
  net: TestLedger;
  client: GatewayClient;
  /** Runs the steps as a transaction and waits for its block. */
  run(...steps: Step[]): Promise<{ txId: string; code: number; block: number }>;
  /** The signed envelope of a transaction that is not yet ordered. */
  endorsed(...steps: Step[]): Promise<common.Envelope>;
  close(): Promise<void>;
}

/** A node in this process with the scratch chaincode beside it. */
export async function scratchLedger(options: { now?: () => Date } = {}): Promise<ScratchLedger> {
  const { address, program } = await startScratch();
  const net = await testLedger({ ...options, contractAddress: address });
  const { identity } = net.node.network.organizations[0]!.client;
  const client = gatewayClient(net.node.network, net.node.port, identity);
  const proposal = (steps: Step[]) => client.contract.newProposal('run', { arguments: [JSON.stringify(steps)] });
  return {
    net,
    client,
    async run(...steps) {
      const transaction = await client.contract.submitAsync('run', { arguments: [JSON.stringify(steps)] });
      const { code, blockNumber } = await transaction.getStatus();
      return { txId: transaction.getTransactionId(), code, block: Number(blockNumber) };
    },
    async endorsed(...steps) {
      const transaction = await proposal(steps).endorse();
      const envelope = gateway.PreparedTransaction.deserializeBinary(transaction.getBytes()).getEnvelope()!;
      envelope.setSignature(identity.sign(envelope.getPayload_asU8()));
      return envelope;
    },
    async close() {
      client.close();
      await net.close();
      await program.stop('SIGKILL');
    },
  };
}
