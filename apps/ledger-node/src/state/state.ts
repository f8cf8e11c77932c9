import type { StateUpdate, StateValue, ValidationState } from '#libs/fabric-block';

/** Something that answers like the world state at one height. */
export interface StateView extends ValidationState {
  range(namespace: string, startKey: string, endKey: string, limit: number): [string, StateValue][];
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
