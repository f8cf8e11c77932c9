// `holdfast network adopt`: the site's log leaves the embedded ledger for a network whose organisations all sign for it
import { join } from 'node:path';
import {
  type Adoption,
  blockSha256,
  FormatError,
  Mismatch,
  openAdoption,
  type Pin,
  pinText,
  signCheckpoint,
} from '#libs/evidence';
import { BlockError, openBlock } from '#libs/fabric-block';
import { copyForClient } from '#libs/fabric-network';
import { LedgerError } from '#libs/ledger';
import {
  anchoredTree,
  batchInFlight,
  bindLedger,
  CannotMove,
  completeMove,
  type SealedLog,
  sealedLog,
  sealLog,
} from '#libs/store';
import type { Patience } from '../anchor/patience.js';
import type { Database } from '../database.js';
import { LedgerForked } from '../follow/block-facts.js';
import type { Installation } from '../installation/installation.js';
import { adopt, offered } from './adoption-steps.js';
import { type ChainEnd, readChainEnd } from './chain-end.js';
import { drain } from './drain.js';
import { Stopped } from './stopped.js';
import { openTarget, type Target } from './target.js';

export interface MoveParts {
  dataDir: string;
  site: string;
  operator: string;
  /** Where the network is described: its DATA_DIR, or the folder with its connection.json. */
  to: string;
  database: Database;
  /** As it is before: key, pin, and the ledger in use, which runs. */
  before: Installation;
  patience: Patience;
  say: (line: string) => void;
  signal: AbortSignal;
}

/** What was made of a move that is complete on both ledgers and in the database, but for the files in use. */
export interface Moved {
  adoption: Adoption;
  pin: Pin;
  /** Takes the place of DATA_DIR/ledger, and its pin.json that of DATA_DIR/pin.json. */
  folder: string;
}

/** Below DATA_DIR: appears whole, when everything is decided. */
export const NEXT_LEDGER = 'ledger-next';

/** Nothing is begun with a network that already has another log for the site. */
async function checkFree(target: Target, sealed: SealedLog | undefined): Promise<void> {
  const { site } = target.pin;
  const head = (await target.ledger.evaluate('head', { site })) as { size: number };
  const offer = await offered(target, site);
  if (head.size === 0 && offer?.state !== 'adopted') return;
  if (sealed !== undefined && offer?.size === sealed.size && offer.root === sealed.root.toString('base64')) return;
  throw new Stopped('The network has another history for this site already, so its log cannot go on there.');
}

/** The log as it ends on the ledger in use, after nothing can be added to it any more. */
async function seal(parts: MoveParts, target: Target, sealed: SealedLog | undefined): Promise<ChainEnd> {
  const { before, database, say, signal, patience } = parts;
  const { query, transact } = database;
  if (sealed === undefined) {
    await bindLedger(query, before.pin.genesis);
    await checkTogether(parts);
    await drain({ query, transact, patience, ...before }, say, signal);
    say('Everything is on the ledger in use.');
  }
  say('Checking every block of the ledger in use ...');
  const end = await readChainEnd(before.ledger, before.pin, say);
  await checkSame(end, parts);
  await sealLog(transact, { from: before.pin.genesis, to: target.pin.genesis });
  return end;
}

/** Before anything is added: the ledger in use is where the database is, or ahead of it by the batch on its way. */
async function checkTogether({ before, database, site }: MoveParts): Promise<void> {
  const { size } = (await before.ledger.evaluate('head', { site })) as { size: number };
  const tree = await anchoredTree(database.query);
  const inFlight = await batchInFlight(database.query);
  if (size !== tree.size && size !== inFlight?.size) throw notSame(size, tree.size);
}

function notSame(ledger: number, database: number): Stopped {
  return new Stopped(
    `The ledger in use has ${ledger} leaves of this site and the database ${database}, or they differ: what is not one log cannot move.`,
  );
}

async function checkSame({ size, root }: ChainEnd, { database }: MoveParts): Promise<void> {
  const tree = await anchoredTree(database.query);
  if (tree.size !== size || !tree.root().equals(root)) throw notSame(size, tree.size);
}

/** The new pin, and what it says of the move, checked as any verifier will check it. */
async function pinned(
  target: Target,
  before: Pin,
  txId: string,
): Promise<{ pin: Pin; adoption: Adoption; block: Buffer }> {
  const block = Buffer.from(await target.ledger.block(txId));
  const { organizations } = target;
  const adopted = { before, organizations, transaction: txId, block: block.toString('base64') };
  const pin = { ...target.pin, adopted };
  return { pin, adoption: openAdoption(pin, openBlock), block };
}

async function moveTo(target: Target, parts: MoveParts): Promise<Moved> {
  const { before, database, dataDir, say } = parts;
  const sealed = await sealedLog(database.query);
  await checkFree(target, sealed);
  const end = await seal(parts, target, sealed);
  const range = await anchoredTree(database.query);
  const txId = await adopt(target, before.pin, end, range, say);
  const { pin, adoption, block } = await pinned(target, before.pin, txId);
  const { origin } = pin;
  const place = { txId, blockNumber: adoption.blockNumber, blockSha256: blockSha256(block) };
  const checkpoint = signCheckpoint({ origin, size: end.size, root: end.root, ...place }, before.key);
  await completeMove(database.query, { txId, blockNumber: adoption.blockNumber, block, checkpoint });
  const folder = join(dataDir, NEXT_LEDGER);
  await copyForClient(target.folder, folder, { 'pin.json': pinText(pin) });
  return { adoption, pin, folder };
}

/** How the contract refuses what does not continue its log. */
const OTHER_LOG = new Set(['GAP', 'WRONG_ROOT', 'FOREIGN_SITE']);

/** What went wrong, in a sentence, where it is a matter of the two ledgers and not of this program. */
function explained(error: unknown): unknown {
  if (error instanceof CannotMove) return new Stopped(error.message);
  if (error instanceof LedgerForked || error instanceof BlockError)
    return new Stopped(`The ledger in use does not hold, so its log cannot move: ${error.message}`);
  if (error instanceof LedgerError && OTHER_LOG.has(error.contractCode ?? ''))
    return new Stopped(
      `The ledger in use and the database do not have the same log, so it cannot move: ${error.message}`,
    );
  if (error instanceof Mismatch || error instanceof FormatError)
    return new Stopped(`What the ledgers say does not hold: ${error.message}.`);
  return error;
}

/**
 * Takes everything that waits to the ledger in use, seals the log there, has it adopted by all organisations of the network, and
 * lays what the installation needs from then on beside what it has. May be killed anywhere and called again. Throws
 * Stopped in plain words, or LedgerError.
 */
export async function moveLog(parts: MoveParts): Promise<Moved> {
  const { dataDir, site, operator, before, to } = parts;
  if (before.pin.adopted) throw new Stopped('The log of this installation has moved before, and it moves once.');
  const target = await openTarget({ dataDir, site, operator, key: before.key, to });
  try {
    if (target.pin.genesis === before.pin.genesis) throw new Stopped('The log is on this network already.');
    return await moveTo(target, parts);
  } catch (error) {
    throw explained(error);
  } finally {
    target.ledger.close();
  }
}
