/**
 * Why a patch was not applied: it is `malformed` whatever it is applied to; it does not `fit` what it is applied to (nothing at a
 * path, an index too high, a value of another type); a `test` did not hold; it costs `too-much`.
 */
export type PatchFault = 'malformed' | 'unfit' | 'test' | 'too-much';

/** A patch that was not applied, not even in part. The message quotes neither patch nor document, so that it can be shown. */
export class PatchError extends Error {
  override readonly name = 'PatchError';

  /** @param operation its place in the patch, from 0 */
  constructor(
    readonly fault: PatchFault,
    readonly reason: string,
    readonly operation?: number,
  ) {
    super(operation === undefined ? reason : `Operation ${operation + 1}: ${reason}`);
  }

  /** The same, told of an operation. */
  of(operation: number): PatchError {
    return new PatchError(this.fault, this.reason, operation);
  }
}

export function malformed(reason: string): PatchError {
  return new PatchError('malformed', reason);
}

export function unfit(reason: string): PatchError {
  return new PatchError('unfit', reason);
}

/** Does one operation; what is wrong is told of it. */
export function told(operation: number, apply: () => void): void {
  try {
    apply();
  } catch (error) {
    throw error instanceof PatchError ? error.of(operation) : error;
  }
}
