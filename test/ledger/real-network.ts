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

const CLI = 'dist/apps/holdfast/src/main.js';

/** Two hospitals with real peers and a real orderer, by `holdfast network`. */
export class RealNetwork {
  private constructor(
    private readonly environment: NodeJS.ProcessEnv,
    private readonly port: number,
    readonly network: Network,
  ) {}

  static async up(folder: string, fabricBin: string): Promise<RealNetwork> {
    const port = await freeBase([0, 1, 3, 4, 1001]);
    const environment = { DATA_DIR: folder, FABRIC_BIN: fabricBin };
    await runProgram(CLI, ['network', 'up', '--port', String(port)], environment);
    return new RealNetwork(environment, port, await openNetwork(join(folder, 'ledger')));
  }

  get orderer(): string {
    return `localhost:${this.port}`;
  }

  get peers(): string[] {
    return [`localhost:${this.port + 1}`, `localhost:${this.port + 1001}`];
  }

  /** A connection to the peer of each organisation, with its admin. Close them. */
  admins(): { mspId: string; admin: Network['organizations'][number]['admin']['identity']; peer: PeerConnection }[] {
    return this.network.organizations.map(({ mspId, admin, peer }, index) => ({
      mspId,
      admin: admin.identity,
      peer: new PeerConnection({ host: 'localhost', port: this.port + 1 + index * 1000, tlsCa: peer.tls.ca }),
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
