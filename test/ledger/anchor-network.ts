// The anchor contract in a network of two hospitals: of real peers where FABRIC_BIN is set, else in the embedded node
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetwork, type Network, openNetwork } from '#libs/fabric-network';
import { LedgerClient, type Outcome } from './ledger-client.js';
import { freeBase, runProgram, Served } from './program.js';

export const ANCHOR = { name: 'anchor', version: '1.0.0' };
const CLI = 'dist/apps/holdfast/src/main.js';
const { FABRIC_BIN } = process.env;

export class AnchorNetwork {
  readonly clients: LedgerClient[];

  private constructor(
    readonly folder: string,
    readonly network: Network,
    gateways: readonly string[],
    private readonly undo: (() => unknown)[],
  ) {
    this.clients = network.organizations.map(
      ({ client: { identity } }, organization) =>
        new LedgerClient(network, { address: gateways[organization]!, organization, identity }),
    );
  }

  /** `environment`: settings of the contract. */
  static async start(environment: Record<string, string> = {}): Promise<AnchorNetwork> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-anchor-'));
    const undo = [() => rm(folder, { recursive: true, force: true })];
    try {
      const start = FABRIC_BIN ? realNetwork : embeddedNode;
      const { network, gateways } = await start(folder, environment, undo);
      return new AnchorNetwork(folder, network, gateways, undo);
    } catch (error) {
      await undone(undo);
      throw error;
    }
  }

  /** Has the contract run; endorsed by these organisations alone, where they are named. */
  async by(client: LedgerClient, fn: string, argument: object, endorsingOrganizations?: string[]): Promise<Outcome> {
    const proposal = {
      arguments: [JSON.stringify(argument)],
      ...(endorsingOrganizations && { endorsingOrganizations }),
    };
    return client.order(await client.channel.getContract(ANCHOR.name).newProposal(fn, proposal).endorse());
  }

  async ask(client: LedgerClient, fn: string, argument: object) {
    const answer = await client.channel.getContract(ANCHOR.name).evaluateTransaction(fn, JSON.stringify(argument));
    return JSON.parse(Buffer.from(answer).toString('utf8'));
  }

  /** To be done before all that was done so far is undone. */
  before(step: () => unknown): void {
    this.undo.push(step);
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.close();
    await undone(this.undo);
  }
}

interface Started {
  network: Network;
  gateways: string[];
}

async function undone(undo: (() => unknown)[]): Promise<void> {
  for (const one of undo.reverse()) await one();
}

async function embeddedNode(
  folder: string,
  environment: Record<string, string>,
  undo: (() => unknown)[],
): Promise<Started> {
  const ledger = join(folder, 'ledger');
  await createNetwork(ledger);
  const [port, contract] = [await freeBase([0]), await freeBase([0])];
  const address = `127.0.0.1:${contract}`;
  const serve = async (app: string, settings: NodeJS.ProcessEnv) => {
    const served = await Served.start(`dist/apps/${app}/src/main.js`, settings);
    undo.push(() => served.stop());
  };
  const id = `${ANCHOR.name}:${ANCHOR.version}`;
  await serve('anchor-contract', { ...environment, CHAINCODE_SERVER_ADDRESS: address, CHAINCODE_ID: id });
  await serve('ledger-node', { LEDGER_DIR: ledger, LEDGER_PORT: String(port), CONTRACT_ADDRESS: address });
  return { network: await openNetwork(ledger), gateways: [`localhost:${port}`, `localhost:${port}`] };
}

async function realNetwork(
  folder: string,
  environment: Record<string, string>,
  undo: (() => unknown)[],
): Promise<Started> {
  const port = await freeBase([0, 1, 3, 4, 1001]);
  const settings = { DATA_DIR: folder, FABRIC_BIN, ...environment };
  undo.push(() => runProgram(CLI, ['network', 'down'], settings));
  await runProgram(CLI, ['network', 'up', '--port', String(port)], settings);
  const gateways = [`localhost:${port + 1}`, `localhost:${port + 1001}`];
  return { network: await openNetwork(join(folder, 'ledger')), gateways };
}
