import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StartError } from '../start-error.js';

/** Ports of 127.0.0.1 on which the nodes of the network listen: fixed when it is made, because its first block names them. */
export interface NetworkPorts {
  orderer: number;
  ordererAdmin: number;
  contract: number;
  /** One for each organisation, in their order. */
  peers: number[];
  /** Orderer and peers are run by docker-compose.yml, not by us. */
  inContainers?: boolean;
}

/** Folders of a real network below DATA_DIR. */
export interface Places {
  /** Certificates, genesis block and connection.json, as for the embedded ledger. */
  ledger: string;
  /** What belongs to running the nodes: ports, lock, their settings and data. */
  network: string;
  logs: string;
}

const MOST_ORGANIZATIONS = 26;
const PEERS_APART = 1000;

export function placesOf(dataDir: string): Places {
  const folder = (name: string) => join(resolve(dataDir), name);
  return { ledger: folder('ledger'), network: folder('network'), logs: folder('logs') };
}

const portsFile = ({ network }: Places) => join(network, 'ports.json');

/** Undefined where no real network was made. */
export function readPorts(places: Places): NetworkPorts | undefined {
  try {
    return JSON.parse(readFileSync(portsFile(places), 'utf8')) as NetworkPorts;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function writePorts(places: Places, ports: NetworkPorts): void {
  mkdirSync(places.network, { recursive: true, mode: 0o700 });
  const draft = `${portsFile(places)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(ports, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(draft, portsFile(places));
}

/** Is the ledger of this folder the embedded one? */
export function holdsEmbeddedChain({ ledger }: Places): boolean {
  return existsSync(join(ledger, 'blocks'));
}

/** The orderer at `base`, the peers at base + 1, base + 1001, ... as Fabric's own examples have it. */
export function portsFrom(base: number, organizations: number): NetworkPorts {
  const peers = Array.from({ length: organizations }, (_, index) => base + 1 + index * PEERS_APART);
  const last = peers.at(-1) ?? base;
  if (base < 1 || last > 65_535) throw new StartError(`Ports ${base} to ${last} cannot be had: choose another --port.`);
  return { orderer: base, ordererAdmin: base + 3, contract: base + 4, peers };
}

/** Hospital A, B, ...: the site's own first. */
export function hospitals(count: number): { name: string; mspId: string }[] {
  if (!Number.isInteger(count) || count < 1 || count > MOST_ORGANIZATIONS) {
    throw new StartError(`A network has 1 to ${MOST_ORGANIZATIONS} organisations.`);
  }
  return Array.from({ length: count }, (_, index) => {
    const name = `Hospital${String.fromCharCode(0x41 + index)}`;
    return { name, mspId: `${name}MSP` };
  });
}
