import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves after `ms`, or at once when `signal` aborts: who pauses then looks at the signal. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** Growing pauses between attempts: 100 ms, then twice as long each time, up to 10 s. */
export class Backoff {
  private next = 100;

  reset(): void {
    this.next = 100;
  }

  async wait(signal: AbortSignal): Promise<void> {
    const ms = this.next;
    this.next = Math.min(ms * 2, 10_000);
    await pause(ms, signal);
  }
}
