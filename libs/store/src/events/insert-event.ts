import type { Session } from '../postgres/database.js';
import { prepared } from '../postgres/statement.js';
import { eventCtes } from './event-ctes.js';
import type { EventRow } from './event-row.js';

/** Inserts events of requests that wrote no version, inside the caller's transaction; they outlive it if it fails. */
export async function insertEvents(rows: readonly EventRow[], session: Session): Promise<void> {
  session.outliving?.push(...rows);
  await session.run(prepared((bind) => `WITH ${eventCtes(rows, bind).join(', ')} SELECT count(*) FROM e`));
}
