/** The step of the protocol that failed. */
export type LedgerStep = 'connect' | 'endorse' | 'submit' | 'status' | 'evaluate' | 'block';

/**
 * One failure of one step. `code` is the name of the gRPC status (`UNAVAILABLE`, `ABORTED`, ...).
 * `retryable` says that the same call may succeed later without change; after step `submit` or `status`
 * the outcome is unknown unless the code says otherwise. `contractCode` is the stable code the contract
 * put at the start of its message (`GAP`, `ALREADY_APPENDED`, ...), `contractDetail` what follows it.
 */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
  readonly step: LedgerStep;
  readonly code: string;
  readonly retryable: boolean;
  readonly txId?: string;
  readonly contractCode?: string;
  readonly contractDetail?: string;

  constructor(
    step: LedgerStep,
    code: string,
    message: string,
    more: { retryable: boolean; txId?: string; contractCode?: string; contractDetail?: string; cause?: unknown },
  ) {
    super(message, { cause: more.cause });
    this.step = step;
    this.code = code;
    this.retryable = more.retryable;
    this.txId = more.txId;
    this.contractCode = more.contractCode;
    this.contractDetail = more.contractDetail;
  }
}
