import type { Fault } from '../fault.js';
import type { Session } from '../postgres/database.js';
import { statement } from '../postgres/statement.js';

interface Row {
  type?: string;
  id?: string;
  version?: number;
}

/** What plain SQL can find wrong: each query returns the rows at fault. */
const QUERIES: readonly { readonly kind: Fault['kind']; readonly sql: string }[] = [
  {
    kind: 'version without event',
    sql: `SELECT v.type, v.id, v.version FROM version v
      WHERE NOT EXISTS (SELECT FROM event e WHERE e.version_pid = v.pid AND e.decision = 'permit')`,
  },
  {
    kind: 'event without version',
    sql: `SELECT FROM event e WHERE e.version_pid IS NOT NULL
      AND NOT EXISTS (SELECT FROM version v WHERE v.pid = e.version_pid)`,
  },
  {
    kind: 'event without place',
    sql: 'SELECT FROM event e JOIN event_settled s ON e.id <= s.up_to WHERE place_of(e.id) IS NULL',
  },
  {
    kind: 'place without event',
    sql: `SELECT FROM event_place p
      WHERE last_event - first_event + 1 <> (SELECT count(*) FROM event e WHERE e.id BETWEEN p.first_event AND p.last_event)`,
  },
  {
    kind: 'gap in versions',
    sql: `SELECT type, id FROM version GROUP BY type, id HAVING min(version) <> 1 OR max(version) <> count(*)`,
  },
  {
    kind: 'current is not the last',
    sql: `SELECT v.type, v.id FROM version v LEFT JOIN resource r USING (type, id) GROUP BY v.type, v.id
      HAVING count(*) FILTER (WHERE v.is_current) <> 1
        OR max(v.version) FILTER (WHERE v.is_current) IS DISTINCT FROM max(v.version)
        OR max(v.pid) FILTER (WHERE v.is_current) IS DISTINCT FROM max(r.pid)
        OR bool_or(v.deleted) FILTER (WHERE v.is_current) IS DISTINCT FROM bool_or(r.deleted)`,
  },
  {
    kind: 'current is not the last',
    sql: `SELECT r.type, r.id, r.version FROM resource r
      WHERE NOT EXISTS (SELECT FROM version v WHERE v.pid = r.pid AND v.is_current AND v.version = r.version)`,
  },
  {
    kind: 'rules differ from content',
    sql: `SELECT v.type, v.id, v.version FROM consent_rule r JOIN version v ON v.pid = r.consent_pid
      WHERE v.type <> 'Consent' OR v.deleted OR NOT v.is_current`,
  },
];

export async function checkRows(session: Session): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const { kind, sql } of QUERIES) {
    const rows = await session.run<Row>(statement(() => sql));
    faults.push(...rows.map((row) => ({ kind, ...row })));
  }
  return faults;
}
