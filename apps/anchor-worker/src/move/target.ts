// The network that is to take the log over: opened, and asked whether it can
import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Pin } from '#libs/evidence';
import { channelConfig, decodeBlock, lastConfig } from '#libs/fabric-block';
import { type Connection, connectLedger, type Ledger, LedgerError } from '#libs/ledger';
import { currentPin, readConnection } from '../installation/pin-file.js';
import { Stopped } from './stopped.js';

/** The way to the network, and what a pin says of it so far. */
export interface Target {
  /** Holds connection.json, network.json, genesis.block and organizations/. */
  folder: string;
  connection: Connection;
  ledger: Ledger;
  pin: Pin;
  /** MSP ids of all organisations of the channel, in order. */
  organizations: string[];
}

export interface TargetFacts {
  dataDir: string;
  site: string;
  operator: string;
  key: KeyObject;
  /** The network's DATA_DIR, or the folder with its connection.json itself. */
  to: string;
}

const FILES = ['connection.json', 'network.json', 'genesis.block'];

/** The folder in `to` that describes a network. Throws Stopped naming what is missing. */
export function networkFolder(to: string): string {
  const folder = [join(to, 'ledger'), to].find((one) => existsSync(join(one, 'connection.json')));
  if (folder === undefined)
    throw new Stopped(`There is no network in ${to}: "holdfast network up" makes one, in another DATA_DIR than this.`);
  const missing = FILES.find((file) => !existsSync(join(folder, file)));
  if (missing !== undefined) throw new Stopped(`${folder} lacks ${missing}, which describes the network.`);
  return folder;
}

/** The organisations of the channel as its latest configuration has them. */
async function channelMembers(ledger: Ledger): Promise<string[]> {
  const latest = decodeBlock(await ledger.blockAt((await ledger.height()) - 1n));
  const config = decodeBlock(await ledger.blockAt(BigInt(lastConfig(latest))));
  return Object.keys(channelConfig(config).peerMsps).sort();
}

function checkMembers(organizations: readonly string[], { peerMsps }: Pin): void {
  if (organizations.length < 2)
    throw new Stopped('The channel has one organisation alone: a log is taken over by two or more.');
  const unknown = organizations.find((mspId) => !Object.hasOwn(peerMsps, mspId));
  if (unknown !== undefined)
    throw new Stopped(
      `network.json lacks ${unknown}, an organisation of the channel: its CA certificate has to be known.`,
    );
}

/** Opens the network in the folder. Throws Stopped in plain words, or LedgerError. */
export async function openTarget(facts: TargetFacts): Promise<Target> {
  const folder = networkFolder(facts.to);
  const connection = (await readConnection(folder))!;
  const ledger = await connectLedger(connection);
  try {
    const pin = await currentPin({ ...facts, connection, ledger, folder });
    const organizations = await channelMembers(ledger);
    checkMembers(organizations, pin);
    return { folder, connection, ledger, pin, organizations };
  } catch (error) {
    ledger.close();
    throw reachable(error, connection);
  }
}

function reachable(error: unknown, { endpoint }: Connection): unknown {
  if (!(error instanceof LedgerError) || error.code !== 'UNAVAILABLE') return error;
  return new Stopped(
    `The network does not answer at ${endpoint}: start it with "holdfast network up" in its own DATA_DIR.`,
  );
}
