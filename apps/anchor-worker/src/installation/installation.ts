import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { Pin } from '#libs/evidence';
import { type Connection, connectLedger, type Ledger } from '#libs/ledger';
import { pause } from '../pause.js';
import { checkpointKey } from './checkpoint-key.js';
import { currentPin, keepPin, PinDiffers, readConnection, readPin } from './pin-file.js';

/** What makes this worker the worker of this site: its key, its pin, its way to the ledger. */
export interface Installation {
  key: KeyObject;
  pin: Pin;
  ledger: Ledger;
}

export interface InstallationFacts {
  dataDir: string;
  site: string;
  operator: string;
}

const RETRY_MS = 250;

async function connection(dataDir: string, signal: AbortSignal): Promise<Connection | undefined> {
  while (!signal.aborted) {
    const found = await readConnection(join(dataDir, 'ledger'));
    if (found !== undefined) return found;
    await pause(RETRY_MS, signal);
  }
  return undefined;
}

/** One attempt, from the connection file on: while a network is being made, that names an address where nobody listens yet. */
async function attempt(
  facts: InstallationFacts & { key: KeyObject },
  signal: AbortSignal,
): Promise<Installation | undefined> {
  const { dataDir, key } = facts;
  const way = await connection(dataDir, signal);
  if (way === undefined) return undefined;
  const ledger = await connectLedger(way);
  try {
    const pin = await keepPin(dataDir, await currentPin({ ...facts, connection: way, ledger }));
    return { key, pin, ledger };
  } catch (error) {
    ledger.close();
    throw error;
  }
}

/**
 * Opens the installation in `dataDir`: makes key and pin at the first start, and at every later one compares the pin with
 * key, network and ledger. Waits for the ledger as long as it takes (`waiting` hears why) and gives undefined when
 * `signal` aborts. Throws PinDiffers, or an Error in plain words when the key is gone or unusable.
 */
export async function openInstallation(
  { dataDir, site, operator }: InstallationFacts,
  signal: AbortSignal,
  waiting: (error: Error) => void,
): Promise<Installation | undefined> {
  const key = await checkpointKey(dataDir, (await readPin(dataDir)) !== undefined);
  while (!signal.aborted) {
    try {
      return await attempt({ dataDir, site, operator, key }, signal);
    } catch (error) {
      if (error instanceof PinDiffers || !(error instanceof Error)) throw error;
      waiting(error);
      await pause(RETRY_MS, signal);
    }
  }
  return undefined;
}
