// The process behind `holdfast network up`: runs the nodes and watches them until it is asked to stop.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Network } from '#libs/fabric-network';
import { type Config, readConfig } from '../config.js';
import { takeLock } from '../up/lock.js';
import { LogFile } from '../up/log-file.js';
import { Service, type ServiceSpec } from '../up/service.js';
import { bringUp, contractPackage, openOrMakeNetwork } from './bring-up.js';
import type { KeeperMessage } from './keeper-message.js';
import { contractService, type NodeParts, ordererService, peerServices } from './node-services.js';
import { placesOf, readPorts } from './places.js';
import { CONTAINED, findPrograms } from './programs.js';

const log = { write: (line: string) => process.stdout.write(`${line}\n`) };

/** To whoever started us, while they listen, and to our log. */
function tell(message: KeeperMessage): void {
  log.write(JSON.stringify(message));
  if (process.connected) process.send?.(message, () => undefined);
}

function partsOf(config: Config): NodeParts {
  const places = placesOf(config.dataDir);
  const ports = readPorts(places);
  if (!ports) throw new Error('There is no network in this DATA_DIR.');
  return { config, places, ports, programs: ports.inContainers ? CONTAINED : findPrograms(config.variables) };
}

/** Nodes that others start are waited for, an image to be fetched included. */
const CONTAINERS_WITHIN = 600_000;

async function everyReady(specs: readonly ServiceSpec[]): Promise<void> {
  const end = Date.now() + CONTAINERS_WITHIN;
  for (const { name, isReady } of specs) {
    while (!(await isReady(true))) {
      if (Date.now() > end) throw new Error(`The container of ${name} does not answer.`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

class Keeper {
  private readonly services: Service[] = [];
  private giveUp: (reason: string) => void = () => undefined;
  readonly failed = new Promise<string>((resolve) => {
    this.giveUp = resolve;
  });

  constructor(private readonly parts: NodeParts) {}

  async start(): Promise<void> {
    const { places, ports } = this.parts;
    const network = await openOrMakeNetwork(places, ports);
    const specs = await this.specs(network);
    if (ports.inContainers) {
      await this.startService(specs.at(-1)!);
      tell({ say: 'Waiting for orderer and peers. To start them: docker compose --profile fabric up -d' });
      await everyReady(specs);
    } else {
      tell({ say: `Starting an orderer, ${ports.peers.length} peers and the contract ...` });
      await Promise.all(specs.map((spec) => this.startService(spec)));
    }
    const { sequence } = await bringUp(network, ports, (say) => tell({ say }));
    tell({ ready: { endpoint: network.connection.endpoint, sequence } });
  }

  /** Peers first: the orderer is the last whom they could ask for something. */
  async stop(): Promise<void> {
    const orderer = this.services.find(({ name }) => name === 'orderer');
    const others = this.services.filter((service) => service !== orderer);
    await Promise.all(others.map((service) => service.stop()));
    await orderer?.stop();
  }

  /** The contract is the last. Their settings are written. */
  private async specs(network: Network): Promise<ServiceSpec[]> {
    const contract = contractService(this.parts, contractPackage(this.parts.ports).id);
    return [ordererService(this.parts, network), ...(await peerServices(this.parts, network)), contract];
  }

  private async startService(spec: ServiceSpec): Promise<void> {
    const file = new LogFile(join(this.parts.places.logs, `${spec.name}.log`));
    const service = new Service(spec, { log: file, say: (say) => tell({ say }), giveUp: this.giveUp });
    this.services.push(service);
    await service.start();
  }
}

/** Settles when we are asked to stop; while starting, also when the one who started us is gone. */
function askedToStop(isStarting: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => resolve());
    process.once('disconnect', () => isStarting() && resolve());
  });
}

async function keep(): Promise<void> {
  const parts = partsOf(readConfig());
  mkdirSync(parts.places.logs, { recursive: true, mode: 0o700 });
  const lock = takeLock(parts.places.network);
  const keeper = new Keeper(parts);
  let isStarting = true;
  const asked = askedToStop(() => isStarting);
  const running = keeper.start().finally(() => {
    isStarting = false;
  });
  try {
    await Promise.race([running, asked]);
    const reason = await Promise.race([asked, keeper.failed]);
    if (reason !== undefined) tell({ failed: reason });
  } finally {
    await keeper.stop();
    await running.catch(() => undefined);
    lock.release();
  }
}

keep().then(
  () => process.exit(0),
  (error: Error) => {
    tell({ failed: error.message });
    setTimeout(() => process.exit(1), 100);
  },
);
