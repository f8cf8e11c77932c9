import type { Context } from 'fabric-contract-api';

interface Change {
  txId: string;
  value: Buffer;
  isDelete: boolean;
  timestamp: { seconds: number; nanos: number };
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
        this.write(key, Buffer.from(value), txId);
      },
      setStateValidationParameter: async (key: string, policy: Uint8Array) => {
        this.policies.set(key, Buffer.from(policy));
      },
      getHistoryForKey: async (key: string) => this.history(key),
    };
    return { stub, clientIdentity: { getMSPID: () => mspId } } as unknown as Context;
  }

  /** Writes as a transaction does that the contract did not run. */
  write(key: string, value: Buffer, txId: string): void {
    const milliseconds = this.time.getTime();
    const timestamp = { seconds: Math.floor(milliseconds / 1000), nanos: (milliseconds % 1000) * 1_000_000 };
    this.values.set(key, value);
    this.changes.set(key, [{ txId, value, isDelete: false, timestamp }, ...(this.changes.get(key) ?? [])]);
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
