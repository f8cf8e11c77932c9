import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ROOT } from './root.mjs';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program with our terminal, passes signals on, and gives its exit code (128 + number when a signal ended it). The program
 * gets a channel to us that closes when we are killed outright.
 */
export function run(program, args, env = {}) {
  return new Promise((resolve) => {
    const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
    const child = spawn(program, args, { cwd: ROOT, stdio, env: { ...process.env, ...env } });
    for (const name of FORWARDED) process.on(name, () => child.kill(name));
    child.on('error', (error) => {
      process.stderr.write(`${program} could not be started: ${error.message}\n`);
      resolve(1);
    });
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
