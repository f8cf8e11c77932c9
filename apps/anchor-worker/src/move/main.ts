// Started by `holdfast network adopt` while nothing else writes: moves the log, and tells over IPC how it goes
import { z } from 'zod';
import { isSite, ONE_OPERATOR } from '#libs/evidence';
import { LedgerError } from '#libs/ledger';
import { sealedLog } from '#libs/store';
import { openDatabase } from '../database.js';
import { openInstallation } from '../installation/installation.js';
import { PinDiffers, readPin } from '../installation/pin-file.js';
import { moveLog } from './move.js';
import { Stopped } from './stopped.js';

const environment = z.object({
  DATABASE_URL: z.string().min(1),
  DATA_DIR: z.string().min(1),
  SITE: z.string().refine(isSite, 'is no site name').default('site-a'),
  MOVE_TO: z.string().min(1),
  LEDGER_OPERATOR: z.string().min(1).default(ONE_OPERATOR),
});

const PATIENCE = { statusMs: 10_000, deadAfterSeconds: 15 * 60 };

/** What the command that started us is told. `sealed`: the log has left the ledger before, and cannot go on there. */
type Message =
  | { say: string }
  | { moved: { size: number; channel: string; transaction: string; endorsers: string[]; operator: string } }
  | { failed: string; sealed: boolean };

function tell(message: Message): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });
}

/** While the ledger in use does not answer yet, each reason once. */
function sayOnce(): (error: Error) => void {
  const said = new Set<string>();
  return ({ message }) => {
    if (!said.has(message)) void tell({ say: `The ledger in use: ${message}` });
    said.add(message);
  };
}

function sentence(error: unknown): string {
  if (error instanceof Stopped || error instanceof PinDiffers) return error.message;
  if (error instanceof LedgerError) return `A ledger failed (${error.step}, ${error.code}): ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function run(signal: AbortSignal): Promise<void> {
  const env = environment.parse(process.env);
  const { DATA_DIR: dataDir, SITE: site, LEDGER_OPERATOR: operator, MOVE_TO: to } = env;
  const database = openDatabase(env.DATABASE_URL);
  try {
    // What the pin says of the ledger in use stays as it is, whatever is said of the next one.
    const held = (await readPin(dataDir))?.operator ?? ONE_OPERATOR;
    const before = await openInstallation({ dataDir, site, operator: held }, signal, sayOnce());
    if (before === undefined) return;
    const say = (line: string) => void tell({ say: line });
    const parts = { dataDir, site, operator, to, database, before, patience: PATIENCE, say, signal };
    const { adoption, pin } = await moveLog(parts);
    const { size, endorsers, txId: transaction } = adoption;
    await tell({ moved: { size, endorsers, transaction, channel: pin.channel, operator } });
    before.ledger.close();
  } catch (error) {
    const sealed = await sealedLog(database.query).then(
      (found) => found !== undefined,
      () => true,
    );
    await tell({ failed: sentence(error), sealed });
  } finally {
    await database.close().catch(() => undefined);
  }
}

const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());
process.once('disconnect', () => process.exit(1));
await run(stop.signal);
process.exit(0);
