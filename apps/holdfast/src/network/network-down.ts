import { rmSync } from 'node:fs';
import type { Config } from '../config.js';
import { goneWithin, signal } from '../process/process-state.js';
import { StartError } from '../start-error.js';
import { lockHolder } from '../up/lock.js';
import { placesOf, readPorts } from './places.js';

const STOP_WITHIN = 20_000;

/** Stops the nodes. Certificates, blocks and state stay, unless `purge`: then nothing of the network is left. Throws StartError. */
export async function networkDown(
  config: Config,
  options: { purge?: boolean },
  say: (line: string) => void,
): Promise<void> {
  const places = placesOf(config.dataDir);
  const ports = readPorts(places);
  if (!ports) throw new StartError(`There is no network in ${config.dataDir}.`);
  const pid = lockHolder(places.network);
  if (pid === undefined) say('The network does not run.');
  else {
    say('Stopping the network ...');
    signal(pid, 'SIGTERM');
    if (!(await goneWithin(pid, STOP_WITHIN))) throw new StartError(`The network, process ${pid}, does not stop.`);
    say('Stopped.');
  }
  if (ports.inContainers) say('To stop its containers: docker compose --profile fabric stop');
  if (options.purge !== true) return;
  for (const folder of [places.network, places.ledger]) rmSync(folder, { recursive: true, force: true });
  say('Its certificates, blocks and state are deleted.');
}
