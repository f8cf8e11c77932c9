import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes the installation's folder when it is missing. Others may pass through it (as root, Postgres runs under another account),
 * but see nothing: keys/ and logs/ are closed.
 */
export function prepareDataDir(dataDir: string): void {
  if (!existsSync(dataDir)) {
    mkdirSync(dataDir, { recursive: true });
    chmodSync(dataDir, 0o711);
  }
  for (const name of ['keys', 'logs']) mkdirSync(join(dataDir, name), { recursive: true, mode: 0o700 });
}
