import { join } from 'node:path';
import {
  chaincodePackage,
  deployChaincode,
  type Network,
  OrdererConnection,
  openNetwork,
  PeerConnection,
} from '#libs/fabric-network';
import { CHAINCODE } from './ledger-under-test.js';
import { freeBase, runProgram } from './program.js';

const peerOffset = (index: number) => 1 + index * 1000;
const CLI = 'dist/apps/holdfast/src/main.js';

export interface RealChoice {
  /** Folder of `peer` and `orderer`. */
  fabricBin: string;
  hospitals: number;
}

/** Hospitals with real peers and a real orderer, by `holdfast network`. */
export class RealNetwork {
  private constructor(
    private readonly environment: NodeJS.ProcessEnv,
    private readonly port: number,
    readonly network: Network,
  ) {}

  static async up(folder: string, { fabricBin, hospitals }: RealChoice): Promise<RealNetwork> {
    const port = await freeBase([0, 3, 4, ...Array.from({ length: hospitals }, (_, index) => peerOffset(index))]);
    const environment = { DATA_DIR: folder, FABRIC_BIN: fabricBin };
    const choice = ['--port', String(port), '--orgs', String(hospitals)];
    await runProgram(CLI, ['network', 'up', ...choice], environment);
    return new RealNetwork(environment, port, await openNetwork(join(folder, 'ledger')));
  }

  get orderer(): string {
    return `localhost:${this.port}`;
  }

  get peers(): string[] {
    return this.network.organizations.map((_, index) => `localhost:${this.port + peerOffset(index)}`);
  }

  /** A connection to the peer of each organisation, with its admin. Close them. */
  admins(): { mspId: string; admin: Network['organizations'][number]['admin']['identity']; peer: PeerConnection }[] {
    return this.network.organizations.map(({ mspId, admin, peer }, index) => ({
      mspId,
      admin: admin.identity,
      peer: new PeerConnection({ host: 'localhost', port: this.port + peerOffset(index), tlsCa: peer.tls.ca }),
    }));
  }

  ordererConnection(): OrdererConnection {
    return new OrdererConnection({ host: 'localhost', port: this.port, tlsCa: this.network.orderer.tls.ca });
  }

  async restart(): Promise<void> {
    await runProgram(CLI, ['network', 'down'], this.environment);
    await runProgram(CLI, ['network', 'up'], this.environment);
  }

  async down(): Promise<void> {
    await runProgram(CLI, ['network', 'down'], this.environment);
  }
}

/** Installs, approves and commits the test contract beside `anchor`; gives its package id. */
export async function deployConformance(real: RealNetwork, address: string): Promise<string> {
  const chaincode = chaincodePackage({ label: `${CHAINCODE}_1`, address });
  const organizations = real.admins();
  const orderer = real.ordererConnection();
  try {
    const { channel } = real.network;
    const definition = { channel, name: CHAINCODE, version: '1', package: chaincode };
    await deployChaincode({ ...definition, organizations, orderer });
    return chaincode.id;
  } finally {
    for (const { peer } of organizations) peer.close();
    orderer.close();
  }
}
