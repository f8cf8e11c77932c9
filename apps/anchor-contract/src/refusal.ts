/** Why the contract refused. The message starts with it, so that a client can act on it without reading English. */
export type RefusalCode =
  | 'GAP'
  | 'WRONG_ROOT'
  /** Followed by the transaction id under which this very batch is on the ledger. */
  | 'ALREADY_APPENDED'
  | 'FOREIGN_SITE'
  /** Followed by the transaction id under which this very version of the Consent is on the ledger. */
  | 'ALREADY_RECORDED'
  /** The version is on the ledger, and says something else. */
  | 'WRITTEN_ONCE'
  | 'FOREIGN_CONSENT'
  /** A version of a Consent cannot be recorded before the one before it, nor an escape bind at another time than its own. */
  | 'BAD_TIME'
  /** A Consent has times that are still to come. No refusal for good: they will have come. */
  | 'TOO_EARLY'
  | 'UNKNOWN_BATCH'
  /** The site has a log on this channel already, so there is nothing that it could adopt. */
  | 'HAS_LOG'
  /** Followed by the transaction id under which this very offer, or this very log, is on the ledger. */
  | 'ALREADY_OFFERED'
  | 'ALREADY_ADOPTED'
  /** Nothing was offered, or something else. */
  | 'NOT_OFFERED'
  /** Consents of the log before are still to be carried over. */
  | 'NOT_CARRIED'
  | 'UNKNOWN_CONSENT'
  | 'BAD_ARGUMENT'
  | 'UNKNOWN_FUNCTION'
  /** What the state holds cannot be read. */
  | 'BAD_STATE';

/** Thrown inside a transaction function; the peer passes `message` on as `chaincode response 500, <message>`. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: RefusalCode,
    detail: string,
  ) {
    super(`${code} ${detail}`);
  }
}
