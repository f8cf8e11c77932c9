import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

function procFile(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** The fields of /proc/PID/stat from the third (state) on; the second may hold anything, even spaces and brackets. */
function statFields(pid: number): string[] {
  const stat = procFile(pid, 'stat');
  return stat === undefined ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function askPs(pid: number, field: string): string {
  return spawnSync('ps', ['-o', `${field}=`, '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? '';
}

/**
 * Is a process with this number running? One we may not signal is running too; one that has ended and only waits to be counted
 * by its parent (a zombie) is not.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return statFields(pid)[0] !== 'Z';
}

/** The command line of a process, or '' when it cannot be known. */
export function commandLine(pid: number): string {
  return procFile(pid, 'cmdline')?.replaceAll('\0', ' ').trim() ?? askPs(pid, 'command');
}

/** When the process began, in words of the system: tells it from a later one with the same number. '' when it cannot be known. */
export function startedAt(pid: number): string {
  return statFields(pid)[19] ?? askPs(pid, 'lstart');
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

/** Sends a signal; a process that is gone is what was wanted. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // gone meanwhile
  }
}
