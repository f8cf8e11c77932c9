import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Pin, parsePin } from '#libs/evidence';
import { abandonMove, type Transact } from '#libs/store';
import type { Config } from '../../config.js';
import { openDatabaseStore } from '../../installation.js';
import { StartError } from '../../start-error.js';
import { lockHolder, takeLock } from '../../up/lock.js';
import { holdsEmbeddedChain, placesOf } from '../places.js';
import { beginMoving, endMoving, hasMoved, isDecided, movePlaces, movingTo, switchFiles } from './moving.js';
import { PartsInUse } from './parts-in-use.js';
import { type MoveDone, MoveFailed, runMover } from './run-mover.js';

export interface AdoptOptions {
  /** The network's DATA_DIR, or the folder that describes it. */
  to?: string;
  abandon?: boolean;
}

type Say = (line: string) => void;

/** The embedded ledger is what can be moved from, and cannot be moved to. */
function refuseOtherLedgers({ dataDir }: Config, to: string): void {
  if (!holdsEmbeddedChain(placesOf(dataDir))) {
    throw new StartError(
      `There is no embedded ledger in ${dataDir}: set DATA_DIR to the installation whose log is to move.`,
    );
  }
  if (![join(to, 'ledger', 'connection.json'), join(to, 'connection.json')].some(existsSync)) {
    throw new StartError(
      `There is no network in ${to}: "holdfast network up" makes one, in another DATA_DIR than this.`,
    );
  }
  if ([join(to, 'ledger', 'blocks'), join(to, 'blocks')].some(existsSync)) {
    throw new StartError(
      `The ledger in ${to} is an embedded one, which one operator holds: nothing is gained by moving to it.`,
    );
  }
}

/** From the option, or from the move that was begun. */
function target({ dataDir }: Config, { to }: AdoptOptions): string {
  const found = to === undefined ? movingTo(dataDir) : resolve(to);
  if (found !== undefined) return found;
  throw new StartError(
    'Name the network by --to: the DATA_DIR in which "holdfast network up" made it, or the folder that describes it.',
  );
}

async function move(config: Config, to: string, say: Say): Promise<MoveDone> {
  const parts = new PartsInUse(config, say);
  try {
    const url = await parts.startDatabase();
    await parts.startLedger();
    beginMoving(config.dataDir, to);
    return await runMover(config, url, to, say);
  } catch (error) {
    if (error instanceof MoveFailed && !error.sealed) endMoving(config.dataDir);
    throw error instanceof MoveFailed ? new StartError(`${error.message}\n${whatNow(error)}`) : error;
  } finally {
    await parts.stop();
  }
}

function whatNow({ sealed }: MoveFailed): string {
  return sealed
    ? 'The log has left the embedded ledger and is not on the network yet. The same command goes on where it stopped; with --abandon the log stays where it was.'
    : 'Nothing has changed: the log stays on the embedded ledger.';
}

const transactOf =
  (store: Awaited<ReturnType<typeof openDatabaseStore>>): Transact =>
  (work) =>
    store.dataSource.transaction((manager) => work((sql, values) => manager.query(sql, values)));

/** Undoes what was begun here. What the network has taken over stays there, of no use to anybody. */
async function abandon(config: Config, say: Say): Promise<void> {
  const { dataDir } = config;
  const { before, next } = movePlaces(dataDir);
  if (movingTo(dataDir) === undefined) throw new StartError(`No move of the log of ${dataDir} is under way.`);
  if (existsSync(before))
    throw new StartError('The log has moved; only files are left to change: run the command without --abandon.');
  const parts = new PartsInUse(config, say);
  try {
    const store = await openDatabaseStore(config, await parts.startDatabase());
    await abandonMove(transactOf(store));
    await store.close();
  } finally {
    await parts.stop();
  }
  rmSync(next, { recursive: true, force: true });
  endMoving(dataDir);
  say(
    'The log stays on the embedded ledger. A later move may need another channel: what this one has taken over stays there.',
  );
}

function nextCommand({ variables }: Config): string {
  const kept = ['DATA_DIR', 'DATABASE_URL', 'LEDGER_OPERATOR', 'SITE', 'PORT'].filter((name) => variables[name]);
  return [...kept.map((name) => `${name}='${variables[name]}'`), 'LEDGER=fabric', 'npm start'].join(' ');
}

function sayDone(config: Config, say: Say): void {
  const { pin: path, pinBefore, before } = movePlaces(config.dataDir);
  const pin: Pin = parsePin(readFileSync(path));
  const { organizations, transaction } = pin.adopted!;
  say(`The log of ${pin.site} is on channel ${pin.channel}: ${organizations.join(', ')} have all taken it over.`);
  say(`  transaction  ${transaction}`);
  say(
    `  new pin      ${path}: give it to everyone who verifies. It holds the one before, which is also in ${pinBefore}`,
  );
  say(`  kept         ${before}, the embedded ledger with its blocks and keys`);
  say(`  held by      before the move: ${pin.adopted!.before.operator}; since: ${pin.operator}`);
  say(`Go on with:  ${nextCommand(config)}`);
}

/**
 * `network adopt`: takes what waits to the embedded ledger, then moves the log to the network. Says how it goes and what to do next.
 * May be killed anywhere and called again. Throws StartError.
 */
export async function networkAdopt(config: Config, options: AdoptOptions, say: Say): Promise<void> {
  const { dataDir } = config;
  if (!existsSync(dataDir)) throw new StartError(`There is no installation in ${dataDir}.`);
  if (lockHolder(dataDir) !== undefined)
    throw new StartError(
      `Holdfast runs on ${dataDir}: stop it first, so that nothing is added to the log while it moves.`,
    );
  const lock = takeLock(dataDir);
  try {
    if (options.abandon) return await abandon(config, say);
    if (movingTo(dataDir) === undefined && hasMoved(dataDir)) say('The log of this installation has moved already.');
    else await finish(config, options, say);
    sayDone(config, say);
  } finally {
    lock.release();
  }
}

async function finish(config: Config, options: AdoptOptions, say: Say): Promise<void> {
  if (!isDecided(config.dataDir)) {
    const to = target(config, options);
    refuseOtherLedgers(config, to);
    const { size, endorsers } = await move(config, to, say);
    say(`${endorsers.join(', ')} have endorsed the adoption of ${size} leaves.`);
  }
  switchFiles(config.dataDir);
}
