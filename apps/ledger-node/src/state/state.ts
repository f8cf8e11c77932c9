import type { StateUpdate, Version } from '#libs/fabric-block';

/** The latest value of a key, with the height of the transaction that wrote it. */
export interface StateEntry {
  value: Uint8Array;
  version: Version;
  /** Encoded metadata entries kept with the key, as `encodeStateMetadata` makes them. */
  metadata?: Uint8Array | undefined;
}

/** Hashes of private data are kept apart from the chaincode's own keys; chaincode names hold no NUL. */
export function stateNamespace(namespace: string, collection?: string): string {
  return collection === undefined ? namespace : `${namespace}\u0000${collection}`;
}

/** Something that answers like the world state at one height. */
export interface StateView {
  get(namespace: string, key: string): StateEntry | undefined;
  /**
   * Up to `limit` entries with startKey <= key < endKey in the order of their UTF-8 bytes. An empty end key means no
   * end. To go on, ask again from the last key followed by U+0000.
   */
  range(namespace: string, startKey: string, endKey: string, limit: number): [string, StateEntry][];
}

/** The state as it was when the snapshot was taken, whatever is applied meanwhile. Must be released. */
export interface Snapshot extends StateView {
  release(): void;
}

/** The world state of the channel. It knows nothing of blocks: who owns it decides what it holds after a restart. */
export interface State extends StateView {
  /** All updates of one block, at once. */
  apply(updates: readonly StateUpdate[]): void;
  snapshot(): Snapshot;
}
