import type { Session } from './database.js';
import { statement } from './statement.js';

/** Settings of Postgres without which a confirmed commit may be lost. */
export interface DurabilitySettings {
  fsync: string;
  synchronous_commit: string;
}

/** Why these settings are refused, in one sentence; undefined where they are not. `local` and above wait for the disk. */
export function durabilityFault(settings: DurabilitySettings): string | undefined {
  const off = (['fsync', 'synchronous_commit'] as const).filter((name) => settings[name] === 'off');
  if (off.length === 0) return undefined;
  return `Postgres runs with ${off.join(' and ')} off: it may lose what it has confirmed. Holdfast does not start on it`;
}

/** Throws Error where this role and database run on a Postgres that may lose what it has confirmed. */
export async function requireDurability(session: Session): Promise<void> {
  const [settings] = await session.run<DurabilitySettings>(
    statement(
      () => `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit`,
    ),
  );
  const fault = settings === undefined ? 'Postgres does not tell its settings' : durabilityFault(settings);
  if (fault !== undefined) throw new Error(fault);
}
