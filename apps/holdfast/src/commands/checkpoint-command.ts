import type { Command } from 'commander';
import { latestCheckpoint, type Store } from '#libs/store';
import { readConfig } from '../config.js';
import { openRunningStore } from '../installation.js';
import { StartError } from '../start-error.js';

async function checkpointOf(store: Store): Promise<string> {
  const latest = await latestCheckpoint((sql, values) => store.dataSource.query(sql, values));
  if (!latest) throw new StartError('Nothing is anchored yet, so there is no checkpoint.');
  return latest.checkpoint;
}

/** `checkpoint`: prints the signed head of the site's log. Kept elsewhere, it shows later whether the log was rewritten. */
export function checkpointCommand(command: Command): Command {
  return command.action(async () => {
    const store = await openRunningStore(readConfig());
    try {
      process.stdout.write(await checkpointOf(store));
    } finally {
      await store.close();
    }
  });
}
