import type { Bind } from '#libs/consent';
import { bigints, byteas, texts } from '../postgres/binary-array.js';
import type { EventRow } from './event-row.js';

/** The events of versions as columns, each an array, for the statement that inserts those. */
export function versionEventColumns(rows: readonly EventRow[], bind: Bind): Record<string, string> {
  return {
    event_id: `${bind(byteas(rows.map(({ eventId }) => eventId)))}::bytea[]`,
    record: `${bind(byteas(rows.map(({ record }) => record)))}::bytea[]`,
    leaf: `${bind(byteas(rows.map(({ leaf }) => leaf)))}::bytea[]`,
    opening: `${bind(byteas(rows.map(({ opening }) => opening)))}::bytea[]`,
    subject: `${bind(bigints(rows.map(({ subject }) => subject)))}::bigint[]`,
    relied: `${bind(texts(rows.map(({ consents }) => consents.join(' ') || null)))}::text[]`,
  };
}

/**
 * Common table expressions that insert the events of versions: `x` is an earlier one with a row for each, `t` has the time. A version is
 * written by a permit.
 */
export function versionEventCtes(rows: readonly EventRow[]): string[] {
  const ctes = [
    `e AS (INSERT INTO event (id, event_id, time, decision, record, leaf, opening, patient, subject, version_pid)
    OVERRIDING SYSTEM VALUE
    SELECT x.event, event_id, t.at, 'permit', record, leaf, opening, only_patient, subject, pid FROM x, t)`,
  ];
  if (rows.some(({ patients }) => patients.length > 1)) {
    ctes.push(`ep AS (INSERT INTO event_patient (patient, event)
      SELECT one.patient, x.event FROM x, unnest(x.patients) AS one (patient) WHERE cardinality(x.patients) > 1)`);
  }
  if (rows.some(({ consents }) => consents.length > 0)) {
    ctes.push(`ec AS (INSERT INTO event_consent (event, consent_pid)
      SELECT DISTINCT x.event, c.pid FROM x, unnest(string_to_array(x.relied, ' ')) AS one (consent)
        JOIN version c ON c.type = 'Consent' AND c.id = split_part(one.consent, '/', 2)
        AND c.version = split_part(one.consent, '/', 4)::integer)`);
  }
  return ctes;
}
