import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere, writeOnce } from './write-once.js';

export function checkpointKeyPath(dataDir: string): string {
  return join(dataDir, 'keys', 'checkpoint.pem');
}

async function load(path: string, pem: Buffer): Promise<KeyObject> {
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) throw new Error('keys/checkpoint.pem can be read by others: set its mode to 0600');
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('keys/checkpoint.pem is no Ed25519 key');
  return key;
}

/**
 * The key that signs checkpoints, Ed25519 as PKCS8 PEM of mode 0600. Made if it is not there, but not when `mustExist`:
 * a new key under an old pin would make every receipt look forged. Throws Error in plain words.
 */
export async function checkpointKey(dataDir: string, mustExist: boolean): Promise<KeyObject> {
  const path = checkpointKeyPath(dataDir);
  const existing = await readIfThere(path);
  if (existing !== undefined) return load(path, existing);
  if (mustExist) throw new Error('keys/checkpoint.pem is gone, but pin.json names its public half: restore it');
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return load(path, await writeOnce(path, pem, 0o600));
}
