import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { parsePin, pinText } from '#libs/evidence';
import { readConfig } from '../config.js';
import { StartError } from '../start-error.js';

/** Text of this installation's pin file, checked. */
export function installationPin(dataDir: string): string {
  try {
    return pinText(parsePin(readFileSync(join(dataDir, 'pin.json'))));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new StartError(`There is no pin in ${dataDir} yet: it is made at the first start.`);
  }
}

/** `pin`: prints what others need to verify receipts of this installation. */
export function pinCommand(command: Command): Command {
  return command.action(() => {
    process.stdout.write(installationPin(readConfig().dataDir));
  });
}
