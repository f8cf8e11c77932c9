import type { RecordedEvent } from '../event.js';
import { openOpening } from '../keys/opening.js';
import type { PatientKeys } from '../keys/patient-keys.js';
import type { Key } from '../keys/seal.js';
import type { Session } from '../postgres/database.js';
import { prepared, statement } from '../postgres/statement.js';
import { subjectHash } from './event-row.js';

interface Row {
  id: string;
  event_id: Buffer;
  time: string;
  decision: 'permit' | 'deny';
  record: Buffer;
  leaf: Buffer;
  opening: Buffer;
  leaf_index: string | null;
  anchored: boolean;
}

/** Which events: about one patient, at most `count`, behind event `after`. */
export interface EventRequest {
  readonly patient: string;
  readonly count: number;
  readonly after: bigint;
}

/** The events about a patient, those about other patients too included, oldest first. `next` is absent on the last page. */
export async function eventsAbout(
  { patient, count, after }: EventRequest,
  keys: PatientKeys,
  session: Session,
): Promise<{ events: RecordedEvent[]; next?: bigint }> {
  const rows = await session.run<Row>(
    statement((bind) => {
      const hash = `${bind(String(keys.hashOf(patient)))}::bigint`;
      const behind = `${bind(String(after))}::bigint`;
      return `SELECT e.id, e.event_id, micros(e.time) AS time, e.decision, e.record, e.leaf, e.opening, place_of(e.id) AS leaf_index,
          COALESCE((SELECT b.block IS NOT NULL FROM batch b WHERE b.first_index <= place_of(e.id)
            ORDER BY b.first_index DESC LIMIT 1), false) AS anchored
        FROM (SELECT id FROM event WHERE patient = ${hash} AND id > ${behind}
          UNION SELECT event FROM event_patient WHERE patient = ${hash} AND event > ${behind}) AS about
        JOIN event e USING (id) ORDER BY e.id LIMIT ${bind(count + 1)}`;
    }),
  );
  const key = await keys.current(patient, session);
  const page = rows.slice(0, count);
  const events = page.map((row) => opened(row, { site: keys.chain.openings, ...(key && { patient: key }) }));
  const last = page.at(-1);
  return { events, ...(rows.length > count && last && { next: BigInt(last.id) }) };
}

function opened(row: Row, key: { patient?: Key; site: Key }): RecordedEvent {
  const opening = openOpening(row.opening, row.event_id, key);
  return {
    eventId: row.event_id,
    time: BigInt(row.time),
    decision: row.decision,
    record: row.record,
    leaf: row.leaf,
    anchored: row.anchored,
    ...(opening && { opening }),
    ...(row.leaf_index !== null && { leafIndex: BigInt(row.leaf_index) }),
  };
}

/** Whether a denied request for this resource is on record. */
export async function isDenialOnRecord(
  name: { type: string; id: string },
  keys: PatientKeys,
  session: Session,
): Promise<boolean> {
  const [row] = await session.run<{ found: boolean }>(
    prepared(
      (bind) => `SELECT EXISTS (SELECT FROM event WHERE decision = 'deny'
        AND subject = ${bind(String(subjectHash(name, keys)))}) AS found`,
    ),
  );
  return row?.found === true;
}
