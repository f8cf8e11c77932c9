import type { Bind } from '#libs/consent';
import { bigints, byteas, texts } from '../postgres/binary-array.js';
import { list } from '../postgres/statement.js';
import type { EventRow } from './event-row.js';

/**
 * Common table expressions that insert events that wrote no version; where there is a `join`, those of them alone that it lets through:
 * the one at place `x.ord`, from 1. An event whose time is ahead of the clock or long past makes the statement fail.
 */
export function eventCtes(rows: readonly EventRow[], bind: Bind, join = ''): string[] {
  const columns = [
    list(`${bind(byteas(rows.map(({ eventId }) => eventId)))}::bytea[]`),
    list(`${bind(bigints(rows.map(({ time }) => time)))}::bigint[]`),
    list(`${bind(texts(rows.map(({ decision }) => decision)))}::text[]`),
    list(`${bind(byteas(rows.map(({ record }) => record)))}::bytea[]`),
    list(`${bind(byteas(rows.map(({ leaf }) => leaf)))}::bytea[]`),
    list(`${bind(byteas(rows.map(({ opening }) => opening)))}::bytea[]`),
    list(`${bind(bigints(rows.map(({ patient }) => patient)))}::bigint[]`),
    list(`${bind(bigints(rows.map(({ subject }) => subject)))}::bigint[]`),
  ];
  const events = `e AS (
    INSERT INTO event (event_id, time, decision, record, leaf, opening, patient, subject)
    SELECT x.event_id, event_time(x.time), x.decision, x.record, x.leaf, x.opening, x.patient, x.subject
    FROM unnest(${columns.join(', ')}) WITH ORDINALITY
      AS x (event_id, time, decision, record, leaf, opening, patient, subject, ord) ${join}
    RETURNING id, event_id)`;
  return [events, ...severalCte(rows, bind), ...consentCte(rows, bind)];
}

/** Which patients an event is about that is about several. */
function severalCte(rows: readonly EventRow[], bind: Bind): string[] {
  const pairs = rows.flatMap(({ eventId, patients }) => patients.map((patient) => ({ eventId, patient })));
  if (pairs.length === 0) return [];
  const ids = list(`${bind(byteas(pairs.map(({ eventId }) => eventId)))}::bytea[]`);
  const patients = list(`${bind(bigints(pairs.map(({ patient }) => patient)))}::bigint[]`);
  return [
    `ep AS (INSERT INTO event_patient (patient, event)
      SELECT x.patient, e.id FROM e JOIN unnest(${ids}, ${patients}) AS x (event_id, patient) USING (event_id))`,
  ];
}

/** Which versions of Consents events relied on. */
function consentCte(rows: readonly EventRow[], bind: Bind): string[] {
  const pairs = rows.flatMap(({ eventId, consents }) => consents.map((consent) => ({ eventId, consent })));
  if (pairs.length === 0) return [];
  const ids = list(`${bind(byteas(pairs.map(({ eventId }) => eventId)))}::bytea[]`);
  const consents = list(`${bind(texts(pairs.map(({ consent }) => consent)))}::text[]`);
  return [
    `ec AS (INSERT INTO event_consent (event, consent_pid)
      SELECT e.id, c.pid FROM e JOIN unnest(${ids}, ${consents}) AS x (event_id, consent) USING (event_id)
      JOIN version c ON c.type = 'Consent' AND c.id = split_part(x.consent, '/', 2)
        AND c.version = split_part(x.consent, '/', 4)::integer)`,
  ];
}
