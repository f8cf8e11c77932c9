// RFC 7517: the development issuer's key pair as one private JWK (ES256) in DATA_DIR/keys/token.jwk
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { prepareDataDir } from '../data-dir.js';
import { StartError } from '../start-error.js';

/** Where the key of an installation is. */
export function signingKeyFile(dataDir: string): string {
  return join(dataDir, 'keys', 'token.jwk');
}

/** The key, made at first need with mode 0600. Throws StartError when others may read the file: whoever reads it can ask as anyone. */
export async function signingKey(dataDir: string): Promise<JWK> {
  const file = signingKeyFile(dataDir);
  const existing = readKey(file);
  if (existing) return existing;
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  const key: JWK = { ...jwk, alg: 'ES256', use: 'sig', kid: await calculateJwkThumbprint(jwk) };
  prepareDataDir(dataDir);
  publish(file, JSON.stringify(key));
  return readKey(file) ?? key;
}

function readKey(file: string): JWK | undefined {
  try {
    if ((statSync(file).mode & 0o077) !== 0)
      throw new StartError(`The key ${file} can be read by others: chmod 600 it.`);
    return JSON.parse(readFileSync(file, 'utf8')) as JWK;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Appears whole, and never over a key that another program made meanwhile. */
function publish(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
}
