import type { Bind, Permit, RuleRow } from '#libs/consent';
import { eventCtes } from '../events/event-ctes.js';
import type { EventRow } from '../events/event-row.js';
import type { Session } from '../postgres/database.js';
import { list, prepared } from '../postgres/statement.js';
import { deleteIndexSql, indexArrays, insertIndexSql } from '../search/index-rows.js';
import { type ConsentEvent, consentEventCte } from './consent-event.js';
import type { NewContent } from './new-content.js';
import type { SealedVersion } from './seal-version.js';

export interface Insertion {
  readonly sealed: SealedVersion;
  /** Keyed hashes of the patients in whose compartment it will be. */
  readonly patients: readonly bigint[];
  /** Absent for a deletion, which has neither index rows nor rules. */
  readonly content?: NewContent;
  /** pid of the version that stops being current. */
  readonly replaced?: bigint;
  readonly event: EventRow;
  /** The upload that brought the content kept outside the database. */
  readonly upload?: string;
  /** What of a Consent goes to the ledger. */
  readonly consent?: ConsentEvent;
  /** The time of the version was not taken in this transaction: Postgres refuses it if it is not its own. */
  readonly isEstimated: boolean;
}

export interface Inserted {
  readonly pid: bigint;
  readonly readable: boolean;
}

/** The pid of the version being inserted, wherever the statement needs it. */
const PID = '(SELECT pid FROM v)';

/**
 * Inserts a version and all that hangs on it, its event included, in one statement; says whether `answer` may show it. The
 * rules of a Consent bind from the next statement on, so of a Consent that is asked separately.
 */
export async function insertVersion(insertion: Insertion, answer: Permit, session: Session): Promise<Inserted> {
  const isConsent = insertion.sealed.open.type === 'Consent';
  const inline = isConsent || insertion.content === undefined ? undefined : answer;
  const [row] = await session.run<{ pid: string; readable: boolean }>(
    prepared((bind) => insertSql(insertion, inline, bind)),
  );
  if (row === undefined) throw new Error('an insert returns its row');
  const readable =
    isConsent && insertion.content !== undefined ? await isShown(row.pid, answer, session) : row.readable;
  return { pid: BigInt(row.pid), readable };
}

function insertSql(insertion: Insertion, answer: Permit | undefined, bind: Bind): string {
  const { sealed, patients, content, replaced, event, consent } = insertion;
  const hashes = `${bind(patients.map(String))}::bigint[]`;
  const ctes = [
    versionCte(insertion, bind),
    resourceCte(sealed, bind),
    ...blobCtes(insertion, bind),
    `c AS (INSERT INTO compartment (pid, patient) SELECT ${PID}, p FROM unnest(${list(hashes)}) AS p)`,
    ...(content === undefined ? [] : [indexCte(content, patients, bind)]),
    ...(content === undefined || content.rules.length === 0 ? [] : [rulesCte(content.rules, bind)]),
    ...(replaced === undefined ? [] : replacedCtes(String(replaced), sealed.open.type, bind)),
    ...eventCtes([event], bind, PID),
    ...(consent === undefined ? [] : [consentEventCte(consent, PID, bind)]),
  ];
  const readable = answer === undefined ? 'false' : answer.predicateOn('n.type', 'n.patients', bind);
  return `WITH ${ctes.join(',\n')} SELECT v.pid, ${readable} AS readable
    FROM v, (SELECT ${bind(sealed.open.type)}::text AS type, ${hashes} AS patients) AS n`;
}

function versionCte({ sealed, isEstimated }: Insertion, bind: Bind): string {
  const { open, content, key, keyPatient } = sealed;
  const values = [
    bind(open.type),
    bind(open.id),
    bind(open.version),
    `${isEstimated ? 'estimated_time' : 'from_micros'}(${bind(String(open.lastUpdated))})`,
    bind(open.interaction),
    bind(content === null),
    'true',
    bind(content),
    bind(key),
    bind(keyPatient === null ? null : String(keyPatient)),
    bind(open.commitment),
    ...(sealed.blob === undefined ? [] : [bind(sealed.blob)]),
  ];
  const blob = sealed.blob === undefined ? '' : ', blob';
  return `v AS (INSERT INTO version (type, id, version, last_updated, interaction, deleted, is_current, content, key,
    key_patient, commitment${blob}) VALUES (${values.join(', ')}) RETURNING pid)`;
}

/** An upload that is not on record any more has been swept away: then there is no address, and nothing is written. */
function blobCtes({ sealed, upload }: Insertion, bind: Bind): string[] {
  const { blob } = sealed.open;
  if (blob === undefined) return [];
  if (upload === undefined) {
    return [`b AS (INSERT INTO blob (pid, address) VALUES (${PID}, ${bind(blob.address)}))`];
  }
  return [
    `u AS (DELETE FROM blob_upload WHERE upload = ${bind(upload)} RETURNING address)`,
    `b AS (INSERT INTO blob (pid, address) VALUES (${PID}, (SELECT address FROM u)))`,
  ];
}

function resourceCte({ open, content }: SealedVersion, bind: Bind): string {
  const values = [bind(open.type), bind(open.id), PID, bind(open.version), bind(content === null)];
  return `r AS (INSERT INTO resource (type, id, pid, version, deleted) VALUES (${values.join(', ')})
    ON CONFLICT (type, id) DO UPDATE SET pid = excluded.pid, version = excluded.version, deleted = excluded.deleted)`;
}

function indexCte(content: NewContent, patients: readonly bigint[], bind: Bind): string {
  const arrays = indexArrays(content.index);
  const only = patients.length === 1 ? String(patients[0]) : null;
  return insertIndexSql({
    pid: PID,
    patient: `${bind(only)}::bigint`,
    hashes: bind(arrays.hashes),
    stringParams: bind(arrays.stringParams),
    stringValues: bind(arrays.stringValues),
    rangeParams: bind(arrays.rangeParams),
    lows: bind(arrays.lows),
    highs: bind(arrays.highs),
    present: bind(arrays.present),
  });
}

function rulesCte(rules: readonly RuleRow[], bind: Bind): string {
  const json = JSON.stringify(rules, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return `rules AS (INSERT INTO consent_rule (consent_pid, patient, permit, actors, purposes, classes, since, until)
    SELECT ${PID}, x.* FROM jsonb_to_recordset(${bind(json)}::jsonb) AS x (patient bigint, permit boolean,
      actors bigint[], purposes bigint[], classes text[], since timestamptz, until timestamptz))`;
}

function replacedCtes(pid: string, type: string, bind: Bind): string[] {
  const old = `${bind(pid)}::bigint`;
  const rules = `rules_gone AS (DELETE FROM consent_rule WHERE consent_pid = ${old})`;
  return [
    `old AS (UPDATE version SET is_current = false WHERE pid = ${old})`,
    deleteIndexSql(old),
    ...(type === 'Consent' ? [rules] : []),
  ];
}

async function isShown(pid: string, answer: Permit, session: Session): Promise<boolean> {
  const [row] = await session.run<{ ok: boolean }>(
    prepared((bind) => `SELECT ${answer.predicate('v', bind)} AS ok FROM version v WHERE v.pid = ${bind(pid)}`),
  );
  return row?.ok === true;
}
