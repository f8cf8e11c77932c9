import type { Context } from 'fabric-contract-api';

interface Change {
  txId: string;
  value: Buffer;
}

/** The part of a peer that the contract needs: one state, one caller at a time, and a record of what it was asked for. */
export class LedgerState {
  readonly values = new Map<string, Buffer>();
  readonly policies = new Map<string, Buffer>();
  readonly changes = new Map<string, Change[]>();
  readonly read: string[] = [];
  puts = 0;
  /** The next transaction's own time. */
  time = new Date('2026-01-01T00:00:00Z');
  private transactions = 0;

  /** A copy on which the next transaction can be run as on another peer. */
  twin(): LedgerState {
    const other = new LedgerState();
    for (const [key, value] of this.values) other.values.set(key, value);
    for (const [key, value] of this.policies) other.policies.set(key, value);
    for (const [key, value] of this.changes) other.changes.set(key, [...value]);
    other.transactions = this.transactions;
    other.time = this.time;
    return other;
  }

  /** A context like fabric-shim's for a caller of `mspId`, with a transaction id of its own. Reads never see its own writes. */
  context(mspId: string): Context {
    this.transactions += 1;
    const txId = `tx${this.transactions}`;
    const before = new Map(this.values);
    const stub = {
      getTxID: () => txId,
      getDateTimestamp: () => this.time,
      getState: async (key: string) => {
        this.read.push(key);
        return before.get(key) ?? Buffer.alloc(0);
      },
      putState: async (key: string, value: Uint8Array) => {
        this.puts += 1;
        this.values.set(key, Buffer.from(value));
        this.changes.set(key, [{ txId, value: Buffer.from(value) }, ...(this.changes.get(key) ?? [])]);
      },
      setStateValidationParameter: async (key: string, policy: Uint8Array) => {
        this.policies.set(key, Buffer.from(policy));
      },
      getHistoryForKey: async (key: string) => this.history(key),
    };
    return { stub, clientIdentity: { getMSPID: () => mspId } } as unknown as Context;
  }

  private history(key: string) {
    const changes = [...(this.changes.get(key) ?? [])];
    return {
      next: async () => {
        const value = changes.shift();
        return value === undefined ? { done: true } : { value, done: false };
      },
      close: async () => undefined,
    };
  }
}
