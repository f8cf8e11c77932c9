import { type ChildProcess, spawn } from 'node:child_process';

/**
 * For a program that does not know us: a shell waits for our end of its pipe to close, then asks the program to stop; so it goes when we are killed
 * outright. The shell goes when the program does.
 */
export function stopWithUs(child: ChildProcess, pid: number): void {
  const script = 'while read -r line; do [ "$line" = stand-down ] && exit 0; done; kill -TERM "$1"';
  const guard = spawn('/bin/sh', ['-c', script, 'sh', String(pid)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => undefined).stdin.on('error', () => undefined);
  child.once('exit', () => guard.stdin.end('stand-down\n'));
}
