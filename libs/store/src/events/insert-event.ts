import type { Session } from '../postgres/database.js';
import { prepared } from '../postgres/statement.js';
import { eventCtes } from './event-ctes.js';
import type { EventRow } from './event-row.js';

/** Inserts one event of a request that wrote no version, inside the caller's transaction. */
export async function insertEvent(row: EventRow, session: Session): Promise<void> {
  await session.run(prepared((bind) => `WITH ${eventCtes([row], bind).join(', ')} SELECT count(*) FROM e`));
}
