import { goneWithin, signal } from '../process/process-state.js';

/** Fast shutdown first, then immediate (Postgres recovers from its log), then the end of the process; in all within the given time. */
export async function stopPostgres(pid: number, milliseconds: number): Promise<void> {
  signal(pid, 'SIGINT');
  if (await goneWithin(pid, milliseconds * 0.7)) return;
  signal(pid, 'SIGQUIT');
  if (await goneWithin(pid, milliseconds * 0.2)) return;
  signal(pid, 'SIGKILL');
  await goneWithin(pid, milliseconds * 0.1);
}
