import type { Logger } from 'pino';
import { type Services, sweepUploads } from '#libs/interactions';
import { failureFacts } from './http/failure-facts.js';

const EVERY_MILLISECONDS = 10 * 60_000;

/** Throws away what uploads left behind whose process is gone: now, and from time to time. */
export function sweepAbandoned(services: Services, log: Logger): void {
  const sweep = () =>
    sweepUploads(services).then(
      (uploads) => uploads > 0 && log.info({ uploads }, 'abandoned uploads thrown away'),
      (error: unknown) => log.warn({ failure: failureFacts(error) }, 'abandoned uploads could not be thrown away'),
    );
  setInterval(() => void sweep(), EVERY_MILLISECONDS).unref();
  void sweep();
}
