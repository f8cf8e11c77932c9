import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetwork, type Network, openNetwork } from '#libs/fabric-network';
import { LedgerClient } from './ledger-client.js';
import { freeBase, Served } from './program.js';
import { deployConformance, type RealChoice, RealNetwork } from './real-network.js';

export const CHAINCODE = 'conformance';
const CONTRACT = 'test/ledger/contract/conformance-contract.ts';

/** The network of hospitals, two if nothing else is said, that the suite asks: the embedded node, or real peers and a real orderer where FABRIC_BIN is set. */
export interface LedgerUnderTest {
  isEmbedded: boolean;
  /** Holds the network's certificates in ledger/. */
  folder: string;
  network: Network;
  /** host:port of the gateway of each organisation; the embedded node has one for all. */
  gateways: string[];
  /** host:port of the orderer's AtomicBroadcast. */
  orderer: string;
  /** A client in the name of a member of the organisation at this place (0, 1), by its own gateway. */
  client(organization?: number, member?: 'client' | 'admin' | 'peer'): LedgerClient;
  stopContract(): Promise<void>;
  startContract(): Promise<void>;
  /** Stops all nodes and starts them again on their data. */
  restart(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  close(): Promise<void>;
}

interface Nodes {
  isEmbedded: boolean;
  network: Network;
  gateways: string[];
  orderer: string;
  chaincodeId: string;
  restart(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  close(): Promise<void>;
}

async function startEmbedded(folder: string, contractAddress: string, hospitals: number): Promise<Nodes> {
  const names = Array.from({ length: hospitals }, (_, index) => `Hospital${String.fromCharCode(0x41 + index)}`);
  const organizations = names.map((name) => ({ name, mspId: `${name}MSP` }));
  await createNetwork(join(folder, 'ledger'), { chaincode: CHAINCODE, organizations });
  const port = await freeBase([0]);
  const environment = {
    LEDGER_DIR: join(folder, 'ledger'),
    LEDGER_PORT: String(port),
    CONTRACT_ADDRESS: contractAddress,
    CHAINCODE_ID: `${CHAINCODE}:1`,
  };
  const start = () => Served.start('dist/apps/ledger-node/src/main.js', environment);
  let node = await start();
  const address = `localhost:${port}`;
  return {
    isEmbedded: true,
    network: await openNetwork(join(folder, 'ledger')),
    gateways: names.map(() => address),
    orderer: address,
    chaincodeId: environment.CHAINCODE_ID,
    async restart(signal) {
      await node.stop(signal);
      node = await start();
    },
    close: () => node.stop(),
  };
}

async function startReal(folder: string, contractAddress: string, choice: RealChoice): Promise<Nodes> {
  const real = await RealNetwork.up(folder, choice);
  return {
    isEmbedded: false,
    network: real.network,
    gateways: real.peers,
    orderer: real.orderer,
    chaincodeId: await deployConformance(real, contractAddress),
    restart: () => real.restart(),
    close: () => real.down(),
  };
}

/** A fresh network with the test contract, in a folder of its own; `embedded` asks for the embedded node whatever FABRIC_BIN says. */
export async function startLedger(choice: { embedded?: boolean; hospitals?: number } = {}): Promise<LedgerUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-conformance-'));
  const contractAddress = `127.0.0.1:${await freeBase([0])}`;
  const fabricBin = choice.embedded ? undefined : process.env.FABRIC_BIN;
  const { hospitals = 2 } = choice;
  const nodes = fabricBin
    ? await startReal(folder, contractAddress, { fabricBin, hospitals })
    : await startEmbedded(folder, contractAddress, hospitals);
  const environment = { CHAINCODE_SERVER_ADDRESS: contractAddress, CHAINCODE_ID: nodes.chaincodeId };
  let contract = await Served.start(CONTRACT, environment);
  const clients: LedgerClient[] = [];
  const client = (organization = 0, member: 'client' | 'admin' | 'peer' = 'client') => {
    const { identity } = nodes.network.organizations[organization]![member];
    const made = new LedgerClient(nodes.network, { address: nodes.gateways[organization]!, organization, identity });
    clients.push(made);
    return made;
  };
  await client().whenEndorsed();
  return {
    ...nodes,
    folder,
    client,
    stopContract: () => contract.stop(),
    async startContract() {
      contract = await Served.start(CONTRACT, environment);
    },
    async restart(signal) {
      await nodes.restart(signal);
      await client().whenEndorsed();
    },
    async close() {
      for (const one of clients) one.close();
      await contract.stop();
      await nodes.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
