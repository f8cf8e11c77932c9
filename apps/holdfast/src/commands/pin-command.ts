import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { parsePin, pinText } from '#libs/evidence';
import { readConfig } from '../config.js';
import { StartError } from '../start-error.js';
import { lockHolder } from '../up/lock.js';
import { renewPin } from './renew-pin.js';

/** Text of this installation's pin file, checked. */
export function installationPin(dataDir: string): string {
  try {
    return pinText(parsePin(readFileSync(join(dataDir, 'pin.json'))));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new StartError(`There is no pin in ${dataDir} yet: it is made at the first start.`);
  }
}

async function renew(dataDir: string): Promise<void> {
  if (lockHolder(dataDir) !== undefined)
    throw new StartError('Stop Holdfast first: what runs keeps the pin that it began with.');
  const kept = await renewPin(dataDir);
  const said =
    kept === undefined ? 'The network has the members that the pin names.' : `The pin of before is kept as ${kept}.`;
  process.stderr.write(`${said}\n`);
}

/** `pin`: prints what others need to verify receipts of this installation. */
export function pinCommand(command: Command): Command {
  return command
    .option('--renew', 'first write it anew, after the network has taken an organisation in')
    .action(async (options: { renew?: boolean }) => {
      const { dataDir } = readConfig();
      if (options.renew) await renew(dataDir);
      process.stdout.write(installationPin(dataDir));
    });
}
