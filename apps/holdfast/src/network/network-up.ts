import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.js';
import { whyNotListen } from '../process/ports.js';
import { StartError } from '../start-error.js';
import { lockHolder } from '../up/lock.js';
import type { KeeperMessage } from './keeper-message.js';
import {
  holdsEmbeddedChain,
  hospitals,
  type NetworkPorts,
  type Places,
  placesOf,
  portsFrom,
  readPorts,
  writePorts,
} from './places.js';
import { findPrograms } from './programs.js';

export interface UpOptions {
  orgs?: number;
  /** Port of the orderer; the others follow. */
  port?: number;
  /** Orderer and peers are started by docker-compose.yml; otherwise from the two programs. */
  containers?: boolean;
}

const BASE_PORT = 7050;
const ORGANIZATIONS = 2;
/** What was stopped a moment ago may still hold its port. */
const FREE_WITHIN = 3_000;
const keeper = fileURLToPath(new URL('./network-keeper.js', import.meta.url));

/** Containers may run already: of theirs nothing is known. */
async function refuseTakenPorts({ inContainers, ...ports }: NetworkPorts): Promise<void> {
  const { orderer, ordererAdmin, contract, peers } = ports;
  const end = Date.now() + FREE_WITHIN;
  for (const port of inContainers ? [contract] : [orderer, ordererAdmin, contract, ...peers]) {
    while ((await whyNotListen(port, '127.0.0.1')) !== undefined) {
      if (Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 100));
      else
        throw new StartError(
          `Port ${port} is in use by another program: a network is made on other ports with --port.`,
        );
    }
  }
}

/** The ports of the network that is there, or of the one to be made. */
function planned(places: Places, { orgs, port, containers = false }: UpOptions): NetworkPorts {
  const known = readPorts(places);
  if (!known) return { ...portsFrom(port ?? BASE_PORT, orgs ?? ORGANIZATIONS), inContainers: containers };
  if (containers && !known.inContainers)
    throw new StartError('The network of this DATA_DIR was made without containers.');
  if ((orgs ?? known.peers.length) !== known.peers.length) {
    throw new StartError(
      `The network of this DATA_DIR has ${known.peers.length} organisations: "network add" adds one, another DATA_DIR holds another network.`,
    );
  }
  if ((port ?? known.orderer) !== known.orderer) {
    throw new StartError(
      `The network of this DATA_DIR was made on port ${known.orderer}, which its first block names.`,
    );
  }
  return known;
}

/** Starts the keeper in the background and follows it until everything runs. It outlives us; when we are ended before that, it stops. */
function startKeeper(config: Config, places: Places, say: (line: string) => void): Promise<{ endpoint: string }> {
  mkdirSync(places.logs, { recursive: true, mode: 0o700 });
  const log = openSync(join(places.logs, 'network.log'), 'a', 0o600);
  const env = { ...config.variables, DATA_DIR: config.dataDir };
  const child = spawn(process.execPath, [keeper], { detached: true, env, stdio: ['ignore', log, log, 'ipc'] });
  closeSync(log);
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new StartError(reason));
    child.once('error', (error) => fail(`The network could not be started: ${error.message}.`));
    child.once('exit', () => fail(`The network ended while starting. Its log: ${join(places.logs, 'network.log')}`));
    child.on('message', (message: KeeperMessage) => {
      if ('say' in message) say(message.say);
      else if ('failed' in message) fail(message.failed);
      else resolve(message.ready);
    });
  }).finally(() => {
    child.removeAllListeners();
    if (child.connected) child.disconnect();
    child.unref();
  }) as Promise<{ endpoint: string }>;
}

/** Makes the network at the first time, starts its nodes, and returns when every organisation endorses. Throws StartError. */
export async function networkUp(config: Config, options: UpOptions, say: (line: string) => void): Promise<void> {
  const begun = Date.now();
  const places = placesOf(config.dataDir);
  const ports = planned(places, options);
  if (!ports.inContainers) findPrograms(config.variables);
  if (holdsEmbeddedChain(places)) {
    throw new StartError(`The ledger in ${places.ledger} is the embedded one: set DATA_DIR to another folder.`);
  }
  if (lockHolder(places.network) !== undefined) {
    say('The network runs already.');
    return;
  }
  hospitals(ports.peers.length);
  await refuseTakenPorts(ports);
  writePorts(places, ports);
  const { endpoint } = await startKeeper(config, places, say);
  say(`The network is ready after ${((Date.now() - begun) / 1000).toFixed(1)} s: gateway at ${endpoint}.`);
}
