/** A transaction that is endorsed and signed but not yet sent. Save both fields before `submit`. */
export interface PreparedTransaction {
  /** Hex SHA-256 of nonce and creator: Fabric's transaction id. */
  txId: string;
  /** The signed `common.Envelope`, byte for byte what will be ordered. */
  envelope: Uint8Array;
}

/** What the ledger found of a transaction. Only `code === 'VALID'` changed the state. */
export interface TransactionStatus {
  /** Name of the `TxValidationCode`, e.g. `VALID`, `MVCC_READ_CONFLICT`, `DUPLICATE_TXID`. */
  code: string;
  blockNumber: bigint;
}

/**
 * The one way to the ledger. Every call has a deadline and fails with a `LedgerError`.
 * It never retries by itself and keeps nothing: who needs "exactly once" saves the prepared
 * transaction first, submits the same bytes as often as needed, and asks for the status.
 */
export interface Ledger {
  /**
   * Runs the function on the endorsing organisations: `endorsers` (MSP ids), or those whom the gateway chooses so that the
   * channel's policy is satisfied. Nothing is on the ledger yet.
   */
  prepare(fn: string, argument: object, endorsers?: readonly string[]): Promise<PreparedTransaction>;
  /** Hands the envelope to ordering. Returning says only that it was taken, not that it is valid. */
  submit(envelope: Uint8Array, txId: string): Promise<void>;
  /** Waits up to `timeoutMs` for the transaction to be in a block; undefined: not known by then. */
  status(txId: string, timeoutMs: number): Promise<TransactionStatus | undefined>;
  /** Whether a transaction of this id is in a block, without waiting for it. */
  exists(txId: string): Promise<boolean>;
  /** The raw `common.Block` that holds the transaction. */
  block(txId: string): Promise<Uint8Array>;
  /** The raw `common.Block` of this number. */
  blockAt(number: bigint): Promise<Uint8Array>;
  /** The raw first block of the channel. */
  genesis(): Promise<Uint8Array>;
  /** Number of blocks of the channel. */
  height(): Promise<bigint>;
  /** Asks the contract without writing; the parsed JSON answer. */
  evaluate(fn: string, argument: object): Promise<unknown>;
  close(): void;
}

/** The content of `DATA_DIR/ledger/connection.json`. Paths may be relative to that file; `connectLedger` wants them resolved. */
export interface Connection {
  channel: string;
  chaincode: string;
  mspId: string;
  /** `host:port` of the gateway peer. */
  endpoint: string;
  /** Name in the peer's TLS certificate, where it differs from the host dialled. */
  serverName: string;
  /** Path of the PEM file of the TLS root certificate. */
  tlsCa: string;
  /** Path of the PEM certificate of the client. */
  certificate: string;
  /** Path of the PKCS8 PEM private key of the client (P-256). */
  privateKey: string;
}
