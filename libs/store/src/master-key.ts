/** The root of the key chain. Whoever has it and the database can read every record. */
export interface MasterKey {
  /** Names the key without revealing it; a database is bound to this id at its first start. */
  readonly id: string;
  /** 32 random bytes. */
  readonly bytes: Uint8Array;
}
