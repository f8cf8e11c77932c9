import { setTimeout as sleep } from 'node:timers/promises';
import { NetworkError } from '../network-error.js';

const PAUSE = 25;

/** Repeats what a node refused only because it was not ready yet. Throws the last error when the time is up, and any other at once. */
export async function patiently<T>(milliseconds: number, run: () => Promise<T>): Promise<T> {
  const end = Date.now() + milliseconds;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof NetworkError && error.retryable) || Date.now() > end) throw error;
    }
    await sleep(PAUSE);
  }
}
