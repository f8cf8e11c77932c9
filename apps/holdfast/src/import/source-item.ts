/** A resource as its source has it, byte for byte. */
export interface SourceResource {
  /** File, and within it the line or Bundle entry. */
  name: string;
  type: string;
  /** The resource's own id, if it has one that could be one. */
  id?: string;
  bytes: Uint8Array;
}

/** A piece of a source that cannot be sent at all. */
export interface Unreadable {
  name: string;
  reason: string;
  bytes: Uint8Array;
}

/** A Bundle that is done as a whole: a batch or transaction. */
export interface SourceBundle {
  name: string;
  /** Its type: what the server makes of it. */
  process: 'batch' | 'transaction';
  bytes: Uint8Array;
}

export type SourceItem = SourceResource | SourceBundle | Unreadable;

export function isBundle(item: SourceItem): item is SourceBundle {
  return 'process' in item;
}

export function isUnreadable(item: SourceItem): item is Unreadable {
  return 'reason' in item;
}
