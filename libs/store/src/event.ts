/** An evidence event as `evidence.makeEvent` makes it; the store keeps it and looks at nothing but its leaf. */
export interface MadeEvent {
  readonly eventId: Buffer;
  /** The canonical event record that the leaf is the hash of. */
  readonly record: Buffer;
  readonly leaf: Buffer;
  /** What the record's pseudonyms and commitments stand for. Kept encrypted. */
  readonly opening: Buffer;
}

/** One event to be made durable. */
export interface EventToRecord {
  readonly event: MadeEvent;
  readonly decision: 'permit' | 'deny';
  /** The event's own time, microseconds of the Postgres clock: `time` of a read result, or of {@link Store.time}. */
  readonly time: bigint;
  /** The versions of Consents (`Consent/1/_history/2`) without which it would have been a denial. */
  readonly consents?: readonly string[];
  /** Ids of the patients it is about. With exactly one, the opening is encrypted under that patient's key. */
  readonly patients: readonly string[];
  /** The resource asked for, when it was one: by it a denial is found again. */
  readonly subject?: { readonly type: string; readonly id: string };
}

/** An event of the outbox, opened again. */
export interface RecordedEvent {
  readonly eventId: Buffer;
  /** Microseconds since 1970, Postgres clock. */
  readonly time: bigint;
  readonly decision: 'permit' | 'deny';
  readonly record: Buffer;
  readonly leaf: Buffer;
  /** Absent once the key it was encrypted under has been destroyed. */
  readonly opening?: Buffer;
  /** Its place in the site's log; absent while the worker has not given it one. */
  readonly leafIndex?: bigint;
  /** Whether the transaction that carries its leaf is VALID on the ledger. */
  readonly anchored: boolean;
}
