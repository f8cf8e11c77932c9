import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine, isAlive } from '../process/process-state.js';
import { StartError } from '../start-error.js';
import { clearSockets } from './address.js';
import { stopPostgres } from './stop-postgres.js';

/**
 * Clears what an earlier start left behind when it was killed: a Postgres still running on this cluster is stopped, a
 * postmaster.pid whose number now belongs to another program (or to none) is removed, and so are sockets. The caller must hold the lock of the
 * installation: a Postgres in use by someone else is not told from one left over.
 */
export async function clearLeftOver(cluster: string, say: (line: string) => void): Promise<void> {
  await endLeftOver(cluster, say);
  clearSockets(cluster);
}

async function endLeftOver(cluster: string, say: (line: string) => void): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid) || !commandLine(pid).includes(cluster)) {
    rmSync(file, { force: true });
    return;
  }
  say(`Stopping the Postgres (process ${pid}) that an earlier start left behind ...`);
  await stopPostgres(pid, 10_000);
  if (isAlive(pid))
    throw new StartError(
      `An old Postgres, process ${pid}, still runs on ${cluster} and does not stop: end it by hand.`,
    );
}
