import { type TransactionStatus, Waiters } from './waiters.js';

export interface TransactionPlace extends TransactionStatus {
  index: number;
}

/** Where each transaction id was first seen. A later copy of an id never replaces it. */
export class TransactionIndex {
  private readonly places = new Map<string, TransactionPlace>();
  private readonly waiters = new Waiters();

  get(txId: string): TransactionPlace | undefined {
    return this.places.get(txId);
  }

  add(txId: string, place: TransactionPlace): void {
    if (txId === '' || this.places.has(txId)) return;
    this.places.set(txId, place);
    this.waiters.tell(txId, place);
  }

  /** The place as soon as there is one. Rejects with the signal's reason. */
  async whenKnown(txId: string, signal: AbortSignal): Promise<TransactionStatus> {
    return this.places.get(txId) ?? this.waiters.wait(txId, signal);
  }
}
