import type { Chain } from './chain.js';

/** Resolves when the chain has the block. Rejects with the signal's reason. */
export async function whenThere(chain: Chain, number: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (number < chain.height) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = chain.onBlock(() => number < chain.height && resolve());
  const abort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  await promise.finally(() => {
    stop();
    signal.removeEventListener('abort', abort);
  });
}
