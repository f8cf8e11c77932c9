// Hyperledger Fabric 3.1: what the validator must know of a channel, given from outside
import type { ChannelConfig } from './channel-config.js';
import type { Endorsement } from './endorsement.js';
import type { Envelope } from './envelope.js';
import type { Version } from './read-write-set.js';
import type { ValidationCode } from './validation-code.js';

/** A key as the blocks before have left it. */
export interface StateValue {
  value: Uint8Array;
  /** As `encodeStateMetadata` makes them. */
  metadata?: Uint8Array | undefined;
  version: Version;
}

/** The state before the block. In a collection the key is the hash of the key, in lower-case hex. */
export interface ValidationState {
  get(namespace: string, key: string, collection?: string): StateValue | undefined;
  /**
   * Up to `limit` public keys with startKey <= key < endKey in the order of their UTF-8 bytes; an empty end key means
   * no end. To go on, the validator asks again from the last key followed by U+0000.
   */
  range(namespace: string, startKey: string, endKey: string, limit: number): [string, { version: Version }][];
}

export interface ValidationContext {
  config: ChannelConfig;
  state: ValidationState;
  /** Whether an earlier block holds a transaction of this id, valid or not. */
  hasTransaction(txId: string): boolean;
  /**
   * An envelope, by its encoded bytes, that the caller has decoded with `decodeEnvelope` and checked with `checkCreator` and these
   * members: an orderer has done so before it took it. Undefined: both are done here.
   */
  checked?(bytes: Uint8Array): Envelope | undefined;
  /**
   * Whether the caller knows that the named endorser's key made this very signature over these very bytes, as one does who made
   * it. False, or not given: the signature is verified here. Who the endorser is, is looked at in any case.
   */
  isKnownEndorsement?(responsePayload: Uint8Array, endorsement: Endorsement): boolean;
}

/** Ends the validation of one transaction with its flag. Never leaves `validateBlock`. */
export class Invalid extends Error {
  readonly code: ValidationCode;

  constructor(code: ValidationCode) {
    super(code);
    this.code = code;
  }
}

/** What `run` gives; whatever it throws becomes the flag. */
export function orInvalid<T>(code: ValidationCode, run: () => T): T {
  try {
    return run();
  } catch {
    throw new Invalid(code);
  }
}

export function demand(condition: boolean, code: ValidationCode): void {
  if (!condition) throw new Invalid(code);
}
