import { Inject, Injectable } from '@nestjs/common';
import { Lag, type LedgerLag } from './lag.js';

const PATIENCE_MILLISECONDS = 2_000;

export interface Health {
  status: 'up' | 'down';
  database: { status: 'up' | 'down' };
  /** What waits for the ledger; absent where the database does not answer. */
  ledger?: LedgerLag;
}

/** Whether the server can do its work now, part by part. */
@Injectable()
export class HealthReport {
  constructor(@Inject(Lag) private readonly lag: Lag) {}

  /** Up if the database answers in time. The ledger's lag is told, but does not make it down: writes wait in the outbox. */
  async report(): Promise<Health> {
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error('the database did not answer in time')), PATIENCE_MILLISECONDS).unref();
    });
    try {
      const ledger = await Promise.race([this.lag.now(), late]);
      return { status: 'up', database: { status: 'up' }, ledger };
    } catch {
      return { status: 'down', database: { status: 'down' } };
    }
  }
}
