import { createHmac } from 'node:crypto';

/** The root of the key chain. Whoever has it and the database can read every record. */
export interface MasterKey {
  /** Names the key without revealing it; a database is bound to this id at its first start. */
  readonly id: string;
  /** 32 random bytes. */
  readonly bytes: Uint8Array;
}

export const MASTER_KEY_BYTES = 32;

/**
 * The id of a master key, made from the key itself, so that a file needs to hold nothing but the key.
 * @throws Error unless there are exactly 32 bytes.
 */
export function masterKey(bytes: Uint8Array): MasterKey {
  if (bytes.length !== MASTER_KEY_BYTES) throw new Error(`A master key has ${MASTER_KEY_BYTES} bytes`);
  return { id: createHmac('sha256', bytes).update('holdfast master key id').digest('hex').slice(0, 32), bytes };
}
