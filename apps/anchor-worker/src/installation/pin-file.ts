import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { checkpointKeyText, type Pin, parsePin, pinText, siteOrigin } from '#libs/evidence';
import { decodeBlock, headerHash } from '#libs/fabric-block';
import { mspTrust } from '#libs/fabric-network';
import type { Connection, Ledger } from '#libs/ledger';
import { readIfThere, writeOnce } from './write-once.js';

export function pinPath(dataDir: string): string {
  return join(dataDir, 'pin.json');
}

/** The pin of this installation, if it was written before. Throws FormatError when it is damaged. */
export async function readPin(dataDir: string): Promise<Pin | undefined> {
  const source = await readIfThere(pinPath(dataDir));
  return source && parsePin(source);
}

/** The content of `connection.json` in the folder of a network, with absolute file names; undefined while the network is not made. */
export async function readConnection(folder: string): Promise<Connection | undefined> {
  const source = await readIfThere(join(folder, 'connection.json'));
  return source && absolute(JSON.parse(source.toString('utf8')) as Connection, folder);
}

function absolute(found: Connection, folder: string): Connection {
  const [tlsCa, certificate, privateKey] = [found.tlsCa, found.certificate, found.privateKey].map((path) =>
    resolve(folder, path),
  ) as [string, string, string];
  return { ...found, tlsCa, certificate, privateKey };
}

export interface PinFacts {
  dataDir: string;
  site: string;
  operator: string;
  key: KeyObject;
  connection: Connection;
  ledger: Pick<Ledger, 'genesis'>;
  /** Of the network; DATA_DIR/ledger where it is not given. */
  folder?: string;
}

/** The pin as key, site, network folder and the ledger itself give it now. Asks the ledger for its first block. */
export async function currentPin(facts: PinFacts): Promise<Pin> {
  const { dataDir, site, operator, key, connection, ledger, folder = join(dataDir, 'ledger') } = facts;
  const genesis = headerHash(decodeBlock(await ledger.genesis()));
  const onDisk = headerHash(decodeBlock(await readFile(join(folder, 'genesis.block'))));
  if (!Buffer.from(genesis).equals(onDisk)) throw new PinDiffers('genesis');
  const trust = await mspTrust(folder);
  const origin = siteOrigin(site, genesis);
  return {
    site,
    origin,
    checkpointKey: checkpointKeyText(origin, key),
    ...trust,
    chaincode: connection.chaincode,
    mspId: connection.mspId,
    genesis: Buffer.from(genesis).toString('hex'),
    operator,
  };
}

/** The installation is not any more what its pin says. The worker stops rather than sign anything under another identity. */
export class PinDiffers extends Error {
  override readonly name = 'PinDiffers';

  constructor(part: string) {
    const way = MEMBERSHIP.has(part)
      ? '; if its network has taken an organisation in, "holdfast pin --renew" says so'
      : '';
    super(`pin.json, which receipts are verified by, says something else than this installation about: ${part}${way}`);
  }
}

/** Parts of a pin that change when an organisation joins. */
const MEMBERSHIP = new Set(['format', 'endorsement', 'atLeast', 'peerMsps']);

/** Throws PinDiffers naming the first member in which the two are not equal. */
export function requireSamePin(pinned: Pin, current: Pin): void {
  const [before, now] = [pinned, current].map((pin) => JSON.parse(pinText(pin)) as Record<string, unknown>);
  const names = Object.keys({ ...before, ...now });
  const part = names.find((name) => JSON.stringify(now![name]) !== JSON.stringify(before![name]));
  if (part !== undefined) throw new PinDiffers(part);
}

/** Writes the pin at the first start; later compares it, but for its past, and throws PinDiffers instead of changing it. */
export async function keepPin(dataDir: string, current: Pin): Promise<Pin> {
  const pinned = parsePin(await writeOnce(pinPath(dataDir), pinText(current), 0o644));
  const { adopted } = pinned;
  requireSamePin(pinned, adopted ? { ...current, adopted } : current);
  return pinned;
}
