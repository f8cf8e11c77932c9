// C2SP tlog-checkpoint of a site's log, with two extension lines that name the transaction and the very bytes of its block
import { createHash, type KeyObject } from 'node:crypto';
import { checkpointText, fromBase64, parseCheckpoint, signNote, verifierKey, verifierKeyText } from '#libs/merkle';
import { FormatError } from './format-error.js';

/** The state of a site's log after one batch, and where on the ledger that batch is. */
export interface SiteCheckpoint {
  origin: string;
  size: number;
  root: Buffer;
  txId: string;
  blockNumber: bigint;
  /** SHA-256 of the raw block, of which only a part is signed by the ledger itself. */
  blockSha256: Buffer;
}

const TRANSACTION = /^transaction ([0-9a-f]{64})$/;
const BLOCK = /^block (0|[1-9][0-9]{0,18}) ([A-Za-z0-9+/=]{44})$/;

/** The log's name: of this site, on the channel that begins with this genesis block (hash of its header). */
export function siteOrigin(site: string, genesis: Uint8Array): string {
  return `holdfast/${site}/${Buffer.from(genesis).subarray(0, 8).toString('hex')}`;
}

export function blockSha256(block: Uint8Array): Buffer {
  return createHash('sha256').update(block).digest();
}

/** The text form of the key that checks checkpoints of `origin`: it goes into the pin. */
export function checkpointKeyText(origin: string, key: KeyObject): string {
  return verifierKeyText(verifierKey(origin, key));
}

/** Signs a checkpoint with the site's key (Ed25519); the key's name is the origin. */
export function signCheckpoint(checkpoint: SiteCheckpoint, privateKey: KeyObject): string {
  const { origin, size, root, txId, blockNumber, blockSha256: sha256 } = checkpoint;
  const extensions = [`transaction ${txId}`, `block ${blockNumber} ${sha256.toString('base64')}`];
  return signNote(checkpointText({ origin, size, root, extensions }), origin, privateKey);
}

/** Reads the text of such a checkpoint (not the note around it); throws FormatError. */
export function readSiteCheckpoint(text: string): SiteCheckpoint {
  const parsed = parseCheckpoint(text);
  if (parsed === undefined) throw new FormatError('the checkpoint is malformed');
  const [, txId] = TRANSACTION.exec(parsed.extensions[0] ?? '') ?? [];
  const [, number, sha256 = ''] = BLOCK.exec(parsed.extensions[1] ?? '') ?? [];
  const hash = fromBase64(sha256);
  const complete = txId !== undefined && number !== undefined && hash?.length === 32 && parsed.extensions.length === 2;
  if (!complete) throw new FormatError('the checkpoint does not name its transaction and block');
  const { origin, size, root } = parsed;
  return { origin, size, root, txId, blockNumber: BigInt(number), blockSha256: hash };
}
