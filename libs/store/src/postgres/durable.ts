import type { Session } from './database.js';
import { statement } from './statement.js';

/**
 * Refuses (throws Error) a Postgres that may lose what it has confirmed. `synchronous_commit` is looked at as this role and
 * database have it; `local` and above wait for the disk.
 */
export async function requireDurability(session: Session): Promise<void> {
  const rows = await session.run<{ name: string; setting: string }>(
    statement(
      (bind) => `SELECT name, setting FROM pg_settings WHERE name = ANY (${bind(['fsync', 'synchronous_commit'])})`,
    ),
  );
  const off = rows.filter(({ setting }) => setting === 'off').map(({ name }) => name);
  if (off.length > 0) throw new Error(`Postgres runs with ${off.join(' and ')} off: it may lose what it has confirmed`);
}
