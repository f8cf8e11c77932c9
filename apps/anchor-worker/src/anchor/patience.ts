/** How the worker finds out about a transaction, and when it gives one up. */
export interface Patience {
  /** Milliseconds to wait for a transaction that was handed over to be in a block. */
  statusMs: number;
  /** Age in seconds from which the ledger refuses a transaction, so that it can never become VALID any more. */
  deadAfterSeconds: number;
}

/** The transaction was handed over, and the ledger did not say in time what became of it. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** The ledger found a second transaction for the same thing invalid as well; asked again later. */
export class FoundInvalid extends Error {
  override readonly name = 'FoundInvalid';
  readonly code: string;

  constructor(code: string) {
    super(`the ledger found the transaction ${code}`);
    this.code = code;
  }
}
