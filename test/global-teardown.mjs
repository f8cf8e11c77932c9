import { rmSync } from 'node:fs';

/** Ends the Postgres that global-setup.mjs started, and nothing else. */
export default async function globalTeardown() {
  const started = globalThis.holdfastTestPostgres;
  if (!started) return;
  // A failed test may have left a connection open; that it breaks now must not hide the failure.
  process.on('uncaughtException', (error) => {
    if (error.code !== 'ERR_UNHANDLED_ERROR' && error.code !== '57P01') throw error;
  });
  await started.postgres.stop(5000);
  rmSync(started.folder, { recursive: true, force: true });
}
