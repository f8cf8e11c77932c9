import type { Context } from 'fabric-contract-api';

/** The part of a peer that the contract needs: one state, one caller at a time, and a count of what it was asked for. */
export class LedgerState {
  readonly values = new Map<string, Buffer>();
  reads = 0;
  puts = 0;
  private transactions = 0;

  /** A context like fabric-shim's for a caller of `mspId`, with a transaction id of its own. */
  context(mspId: string): Context {
    this.transactions += 1;
    const txId = `tx${this.transactions}`;
    const stub = {
      getTxID: () => txId,
      getState: async (key: string) => {
        this.reads += 1;
        return this.values.get(key) ?? Buffer.alloc(0);
      },
      putState: async (key: string, value: Uint8Array) => {
        this.puts += 1;
        this.values.set(key, Buffer.from(value));
      },
    };
    return { stub, clientIdentity: { getMSPID: () => mspId } } as unknown as Context;
  }
}
