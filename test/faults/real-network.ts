// Where FABRIC_BIN is set: the ledger of an installation under test is a real orderer and two real peers, which die together
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../../apps/holdfast/src/config.js';
import { bringUp, contractPackage, openOrMakeNetwork } from '../../apps/holdfast/src/network/bring-up.js';
import { ordererService, peerServices } from '../../apps/holdfast/src/network/node-services.js';
import { placesOf, portsFrom } from '../../apps/holdfast/src/network/places.js';
import { findPrograms } from '../../apps/holdfast/src/network/programs.js';
import type { ServiceSpec } from '../../apps/holdfast/src/up/service.js';
import { freeBase } from '../ledger/program.js';
import { FaultyProgram, type Program } from './programs.js';

/** All nodes of a network as one program: kill -9 is for all of them at once. */
class RealNodes implements Program {
  private children: ChildProcess[] = [];
  kills = 0;

  constructor(private readonly specs: readonly ServiceSpec[]) {}

  get pid(): number | undefined {
    return this.children[0]?.pid;
  }

  get isRunning(): boolean {
    return this.children.some(isAlive);
  }

  get state(): string {
    return `${this.children.filter(isAlive).length} of ${this.specs.length} programs run`;
  }

  start(): void {
    this.children = this.specs.map(({ program, args, env }) =>
      spawn(program!, args, { env: { ...env }, stdio: 'ignore' }),
    );
  }

  /** Whatever is asked for: until they can be asked something. */
  async says(message: string, seconds = 60): Promise<void> {
    const end = Date.now() + seconds * 1000;
    for (const spec of this.specs) {
      while (!(await spec.isReady(false))) {
        if (Date.now() > end) throw new Error(`${spec.name} is not "${message}" after ${seconds} s`);
        await sleep(20);
      }
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.isRunning) return;
    this.kills += 1;
    await Promise.all(
      this.children.filter(isAlive).map(async (child) => {
        const gone = once(child, 'exit');
        child.kill(signal);
        await gone;
      }),
    );
  }
}

const isAlive = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;

/** Makes the network of two hospitals in this data folder and brings it up, contract included. */
export async function realLedger(
  dataDir: string,
  fabricBin: string,
): Promise<{ 'ledger-node': Program; 'anchor-contract': Program }> {
  const places = placesOf(dataDir);
  await mkdir(places.network, { recursive: true });
  const ports = portsFrom(await freeBase([0, 1, 3, 4, 1001]), 2);
  const config = readConfig({ PATH: process.env.PATH, DATA_DIR: dataDir, FABRIC_BIN: fabricBin });
  const parts = { config, places, ports, programs: findPrograms(config.variables) };
  const network = await openOrMakeNetwork(places, ports);
  const nodes = new RealNodes([ordererService(parts, network), ...(await peerServices(parts, network))]);
  const contract = new FaultyProgram('anchor-contract', {
    CHAINCODE_SERVER_ADDRESS: `127.0.0.1:${ports.contract}`,
    CHAINCODE_ID: contractPackage(ports).id,
  });
  contract.start();
  nodes.start();
  await Promise.all([contract.says('ready'), nodes.says('ready')]);
  await bringUp(network, ports, () => undefined);
  return { 'ledger-node': nodes, 'anchor-contract': contract };
}
