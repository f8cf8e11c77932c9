export interface TransactionStatus {
  block: number;
  /** TxValidationCode. */
  flag: number;
}

/** Those who wait for a transaction to be committed. */
export class Waiters {
  private readonly waiting = new Map<string, Set<(status: TransactionStatus) => void>>();

  tell(txId: string, status: TransactionStatus): void {
    for (const resolve of this.waiting.get(txId) ?? []) resolve(status);
    this.waiting.delete(txId);
  }

  private forget(txId: string, resolve: (status: TransactionStatus) => void): void {
    const set = this.waiting.get(txId);
    set?.delete(resolve);
    if (set?.size === 0) this.waiting.delete(txId);
  }

  wait(txId: string, signal: AbortSignal): Promise<TransactionStatus> {
    const { promise, resolve, reject } = Promise.withResolvers<TransactionStatus>();
    const set = this.waiting.get(txId) ?? new Set();
    this.waiting.set(txId, set.add(resolve));
    const abort = () => {
      this.forget(txId, resolve);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    return promise.finally(() => signal.removeEventListener('abort', abort));
  }
}
