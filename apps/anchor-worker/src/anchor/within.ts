import { setTimeout as sleep } from 'node:timers/promises';

/** The promise is not settled in time; it goes on. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
}

/** What `promise` settles with, if it does so within `ms`; else rejects with NotYet. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal }).then(() => {
    throw new NotYet(`nothing came within ${ms} ms`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    late.catch(() => undefined);
    over.abort();
  }
}
