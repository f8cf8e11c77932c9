/** Why bytes were refused. The words are stable: tests, receipts and the ledger node rely on them. */
export type BlockReason =
  /** Does not decode, or is not the canonical encoding of what it says. */
  | 'MALFORMED'
  /** A header field has a wrong value: type, version, epoch, channel. */
  | 'HEADER'
  /** The transaction id is not SHA-256(nonce || creator). */
  | 'TXID'
  /** Unknown MSP, unreadable certificate, wrong chain, dates or organisational unit, or revoked. */
  | 'IDENTITY'
  /** Not a valid, strictly encoded, low-S signature of the one named. */
  | 'SIGNATURE'
  | 'DATA_HASH'
  | 'PREVIOUS_HASH'
  /** No signature of an orderer on the block. */
  | 'ORDERER'
  | 'PROPOSAL_HASH'
  /** An organisation that must endorse has not. */
  | 'ENDORSEMENT'
  | 'COMMIT_HASH'
  /** The validation flags do not fit the transactions. */
  | 'FLAGS';

/** Thrown for anything of Fabric's that does not decode or check. The message is one sentence and quotes no payload. */
export class BlockError extends Error {
  readonly reason: BlockReason;

  constructor(reason: BlockReason, message: string) {
    super(message);
    this.name = 'BlockError';
    this.reason = reason;
  }
}
