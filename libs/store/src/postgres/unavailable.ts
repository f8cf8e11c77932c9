// FHIR R4 http.html#Status-Codes: 503 where the database is not there, 500 where it did what it should not.
import { types } from 'node:util';
import { FhirError, unavailable, unexpected } from '#libs/fhir-model';

/** SQLSTATEs after which the same statement may do: connection lost, shutting down, out of resources, lock or statement timeout. */
const PASSING = /^(08...|53...|57P0[1-5]|57014|55P03|40001|40P01|25P0[234]|HF001)$/;

/** What node and the pool say when there is no connection. They have no SQLSTATE. */
const NO_CONNECTION =
  /^(ECONN|EPIPE|EAGAIN|ENOTFOUND|ENOENT|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH)|timeout exceeded|timeout expired|read timeout|terminated|Connection ended|not queryable|pool after calling end/i;

const RETRY_AFTER_SECONDS = 2;

/**
 * What may leave the store instead of an error of Postgres or its driver: neither SQL nor values, which a driver's error
 * carries, survive. The cause names the SQLSTATE alone, for the log.
 */
export function fromPostgres(error: unknown): Error {
  if (error instanceof FhirError || !isDriverError(error))
    return types.isNativeError(error) ? error : new Error('unknown');
  const refusal = isPassing(error) ? unavailable('The database cannot be reached', RETRY_AFTER_SECONDS) : unexpected();
  refusal.cause = new PostgresFailure(codeOf(error));
  return refusal;
}

/** What the log may know of an error of Postgres. */
export class PostgresFailure extends Error {
  override readonly name = 'PostgresFailure';

  /** SQLSTATE, or the code of the failed system call. */
  constructor(readonly code: string) {
    super(`Postgres: ${code === '' ? 'no connection' : code}`);
  }
}

/** Whether the statement was refused because the time it was given is not that of Postgres (SQLSTATE HF001). */
export function isWrongTime(error: unknown): boolean {
  return error instanceof FhirError && error.cause instanceof PostgresFailure && error.cause.code === 'HF001';
}

/**
 * Whether Postgres refused a statement for what was in it: nothing of it was done, and other values may do. After a lost connection
 * nobody knows.
 */
export function isDataError(error: unknown): boolean {
  return error instanceof FhirError && error.cause instanceof PostgresFailure && /^(22|23)/.test(error.cause.code);
}

/** Whether nothing of a statement was done, and perhaps because of one of the events in it. */
export function isEventRefused(error: unknown): boolean {
  return isDataError(error) || isWrongTime(error);
}

interface DriverError extends Error {
  readonly code?: string;
}

function isDriverError(error: unknown): error is DriverError {
  return types.isNativeError(error) && (hasSqlState(error) || isConnectionError(error));
}

function isConnectionError(error: Error): boolean {
  return NO_CONNECTION.test(codeOf(error)) || (!hasSqlState(error) && NO_CONNECTION.test(error.message));
}

/** A system call's code can look like one: EPIPE. */
function hasSqlState(error: Error): boolean {
  return /^[0-9A-Z]{5}$/.test(codeOf(error)) && !NO_CONNECTION.test(codeOf(error));
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function isPassing(error: DriverError): boolean {
  return PASSING.test(codeOf(error)) || isConnectionError(error);
}

/** Whether nothing has come back in the time that the driver waits: nobody knows what was done, and the connection is of no use. */
export function isUnanswered(error: unknown): boolean {
  return types.isNativeError(error) && /^Query read timeout$/.test(error.message);
}

/** Deadlock, serialization failure, or a time that was estimated wrongly: the whole transaction may be run again at once. */
export function isRetryable(error: unknown): boolean {
  return types.isNativeError(error) && /^(40001|40P01|HF001)$/.test(codeOf(error));
}
