import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Load, Loaded } from './load.js';
import type { Measured } from './measure.js';

/** Loads a server from another process, and says what that measured. @throws Error if an answer was not the expected one. */
export async function httpLoad(load: Load): Promise<Loaded> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'load.js')], {
    env: { ...process.env, LOAD: JSON.stringify(load) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), once(lines, 'close')])) as [string | undefined];
  if (line === undefined) throw new Error('the load broke off');
  return JSON.parse(line) as Loaded;
}

/** The same after a warm-up of a fifth of the time, all requests as one. */
export async function measureLoad(load: Omit<Load, 'first'>): Promise<Measured> {
  const { turns } = await httpLoad({ ...load, seconds: load.seconds / 5, first: 0 });
  const { seconds, requests } = await httpLoad({ ...load, first: turns });
  const { count, permille } = requests.all!;
  return { perSecond: count / seconds, p50: permille[500]!, p99: permille[990]! };
}
