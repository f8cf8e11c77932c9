import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from './start-error.js';

/** A process that has ended and only waits to be counted by its parent still answers to signals. */
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Is a process with this number running? One we may not signal is running too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The command line of a process, or '' when it cannot be known. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? '';
  }
}

/** Waits until the process is gone; false when the time is up. */
export async function goneWithin(pid: number, milliseconds: number): Promise<boolean> {
  const end = Date.now() + milliseconds;
  while (isAlive(pid)) {
    if (Date.now() > end) return false;
    await sleep(20);
  }
  return true;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // gone meanwhile, which is what was wanted
  }
}

/** Fast shutdown first, then immediate (Postgres recovers from its log), then the end of the process. */
export async function stopPostgres(pid: number, milliseconds: number): Promise<void> {
  signal(pid, 'SIGINT');
  if (await goneWithin(pid, milliseconds * 0.7)) return;
  signal(pid, 'SIGQUIT');
  if (await goneWithin(pid, milliseconds * 0.2)) return;
  signal(pid, 'SIGKILL');
  await goneWithin(pid, milliseconds * 0.1);
}

/**
 * Clears what an earlier start left behind when it was killed: a Postgres still running on this cluster is stopped, a
 * postmaster.pid whose number now belongs to another program (or to none) is removed. The caller must hold the lock of the
 * installation: a Postgres in use by someone else is not told from one left over.
 */
export async function clearLeftOver(cluster: string, say: (line: string) => void): Promise<void> {
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
