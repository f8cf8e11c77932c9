import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
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

/** The content of `ledger/connection.json`; undefined while the network is not made. */
export async function readConnection(dataDir: string): Promise<Connection | undefined> {
  const source = await readIfThere(join(dataDir, 'ledger', 'connection.json'));
  return source && (JSON.parse(source.toString('utf8')) as Connection);
}

export interface PinFacts {
  dataDir: string;
  site: string;
  operator: string;
  key: KeyObject;
  connection: Connection;
  ledger: Pick<Ledger, 'genesis'>;
}

/** The pin as key, site, network folder and the ledger itself give it now. Asks the ledger for its first block. */
export async function currentPin({ dataDir, site, operator, key, connection, ledger }: PinFacts): Promise<Pin> {
  const genesis = headerHash(decodeBlock(await ledger.genesis()));
  const onDisk = headerHash(decodeBlock(await readFile(join(dataDir, 'ledger', 'genesis.block'))));
  if (!Buffer.from(genesis).equals(onDisk)) throw new PinDiffers('genesis');
  const trust = await mspTrust(join(dataDir, 'ledger'));
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

/** Writes the pin at the first start; later compares it, and throws PinDiffers instead of changing it. */
export async function keepPin(dataDir: string, current: Pin): Promise<Pin> {
  const pinned = parsePin(await writeOnce(pinPath(dataDir), pinText(current), 0o644));
  requireSamePin(pinned, current);
  return pinned;
}
