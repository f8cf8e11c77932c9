import type { Logger } from 'pino';
import { LedgerError } from '#libs/ledger';
import { metrics } from './metrics.js';

const REPEAT_AFTER_MS = 30_000;

/** A short, stable name of what failed, without data in it. */
export function reasonOf(error: unknown): string {
  if (error instanceof LedgerError) return `${error.step} ${error.contractCode ?? error.code}`;
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Tells of failures: the first of each reason, and the same one again every half minute while it lasts. */
export class FailureLog {
  private reason = '';
  private told = Number.NEGATIVE_INFINITY;

  constructor(private readonly log: Logger) {}

  tell(error: unknown): void {
    const reason = reasonOf(error);
    metrics.failures.inc({ reason });
    if (reason === this.reason && performance.now() - this.told < REPEAT_AFTER_MS) return;
    this.reason = reason;
    this.told = performance.now();
    const detail = error instanceof Error ? error.message : '';
    this.log.warn({ reason, detail }, 'events wait: the ledger or the database does not take them now; tried again');
  }

  /** It works again. */
  clear(): void {
    if (this.reason !== '') this.log.info({ reason: this.reason }, 'events go to the ledger again');
    this.reason = '';
  }
}
