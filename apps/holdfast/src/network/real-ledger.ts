import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.js';
import { StartError } from '../start-error.js';
import { lockHolder } from '../up/lock.js';
import { hasMoved, movingTo } from './adopt/moving.js';
import { holdsEmbeddedChain, type Places, placesOf, readPorts } from './places.js';

/** Ports of a network that others run. Where the contract is elsewhere, the gateway's stands for it: whoever runs it looks after it. */
export interface RealLedger {
  ledger: number;
  contract: number;
}

/**
 * The real network that this installation uses instead of the embedded ledger (LEDGER=fabric); undefined where it uses the embedded one. It is known by
 * DATA_DIR/ledger/connection.json, made by `network up` or given. Throws StartError when it cannot be so.
 */
export function realLedger(config: Config): RealLedger | undefined {
  const places = placesOf(config.dataDir);
  refuseMoving(config);
  const ours = readPorts(places);
  if (config.ledger === 'embedded') {
    if (!ours) return undefined;
    throw new StartError(`The ledger of ${config.dataDir} is a real network: set LEDGER=fabric.`);
  }
  if (holdsEmbeddedChain(places)) {
    throw new StartError(
      `The ledger of ${config.dataDir} is the embedded one: set DATA_DIR to another folder, or move its log to a network by "holdfast network adopt".`,
    );
  }
  const gateway = gatewayPort(places, config.dataDir);
  if (ours && lockHolder(places.network) === undefined) {
    throw new StartError(`The network of ${config.dataDir} does not run: start it with "holdfast network up".`);
  }
  if (!ours) requireGiven(places);
  return { ledger: gateway, contract: ours?.contract ?? gateway };
}

/** What the trust root of receipts is made of, which only those who run the network can give. */
function requireGiven({ ledger }: Places): void {
  const missing = ['network.json', 'genesis.block', 'organizations'].find((name) => !existsSync(join(ledger, name)));
  if (missing === undefined) return;
  throw new StartError(
    `The network that others run is not fully described: ${join(ledger, missing)} is missing (see docs/network.md).`,
  );
}

/** A log that is between two ledgers belongs to neither; one that has moved does not go back. */
function refuseMoving({ dataDir, ledger }: Config): void {
  if (movingTo(dataDir) !== undefined) {
    throw new StartError(
      `The log of ${dataDir} is on its way to another ledger: "holdfast network adopt" goes on with that, and with --abandon gives it up.`,
    );
  }
  if (ledger === 'embedded' && hasMoved(dataDir)) {
    throw new StartError(`The log of ${dataDir} has moved to a real network: set LEDGER=fabric.`);
  }
}

function gatewayPort({ ledger }: Places, dataDir: string): number {
  try {
    const { endpoint } = JSON.parse(readFileSync(join(ledger, 'connection.json'), 'utf8')) as { endpoint: string };
    return Number(endpoint.split(':').at(-1));
  } catch {
    throw new StartError(`LEDGER is fabric, but there is no network in ${dataDir}: "holdfast network up" makes one.`);
  }
}
