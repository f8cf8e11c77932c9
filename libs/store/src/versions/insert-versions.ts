import type { Bind, Permit, RuleRow } from '#libs/consent';
import type { EventRow } from '../events/event-row.js';
import { versionEventColumns, versionEventCtes } from '../events/version-events.js';
import { bigints, byteas, integers, texts } from '../postgres/binary-array.js';
import type { Session } from '../postgres/database.js';
import { Slices } from '../postgres/slices.js';
import { list, prepared } from '../postgres/statement.js';
import { deleteIndexSql, indexColumns, insertIndexSql } from '../search/index-rows.js';
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
}

export interface Inserted {
  readonly pid: bigint;
  readonly readable: boolean;
}

/** When versions are recorded: microseconds of the Postgres clock. */
export interface Recording {
  readonly now: bigint;
  /** It was not taken in this transaction: Postgres refuses it if it is not its own. */
  readonly isEstimated: boolean;
}

/** The pid of the one version of a statement. */
const PID = '(SELECT pid FROM x)';

/**
 * Inserts versions and all that hangs on them, their events included, in one statement; says of each whether `answer` may show it.
 * A Consent is inserted alone: its rules bind from the next statement on, so of it that is asked separately. And so is what has
 * content outside the database.
 */
export async function insertVersions(
  insertions: readonly Insertion[],
  recording: Recording,
  answer: Permit,
  session: Session,
): Promise<Inserted[]> {
  const [first, ...more] = insertions;
  if (first === undefined) return [];
  const isConsent = first.sealed.open.type === 'Consent';
  if ((isConsent || first.sealed.blob !== undefined) && more.length > 0) throw new RangeError('this is inserted alone');
  const inline = isConsent || first.content === undefined ? undefined : answer;
  const rows = await session.run<{ pid: string; readable: boolean }>(
    prepared((bind) => insertSql(insertions, recording, inline, bind)),
  );
  if (isConsent && first.content !== undefined) {
    const pid = rows[0]?.pid ?? '';
    return [{ pid: BigInt(pid), readable: await isShown(pid, answer, session) }];
  }
  return rows.map(({ pid, readable }) => ({ pid: BigInt(pid), readable }));
}

function insertSql(
  insertions: readonly Insertion[],
  recording: Recording,
  answer: Permit | undefined,
  bind: Bind,
): string {
  const [{ content, consent, replaced, sealed }] = insertions as [Insertion];
  const ctes = [
    timeCte(recording, bind),
    rowsCte(insertions, bind),
    versionCte(insertions, bind),
    RESOURCE,
    ...blobCtes(insertions[0] as Insertion, bind),
    'c AS (INSERT INTO compartment (pid, patient) SELECT x.pid, one.patient FROM x, unnest(x.patients) AS one (patient))',
    ...versionEventCtes(insertions.map(({ event }) => event)),
    ...(content === undefined ? [] : [insertIndexSql('x')]),
    ...(content === undefined || content.rules.length === 0 ? [] : [rulesCte(content.rules, bind)]),
    ...(insertions.some((one) => one.replaced !== undefined) ? [REPLACED, deleteIndexSql('x')] : []),
    ...(replaced !== undefined && sealed.open.type === 'Consent' ? [RULES_GONE] : []),
    ...(consent === undefined ? [] : [consentEventCte(consent, PID, bind)]),
  ];
  const readable = answer === undefined ? 'false' : answer.predicateOn('x.type', 'x.patients', bind);
  return `WITH ${ctes.join(',\n')} SELECT x.pid, ${readable} AS readable FROM x ORDER BY x.ord`;
}

function timeCte({ now, isEstimated }: Recording, bind: Bind): string {
  return `t AS MATERIALIZED (SELECT ${isEstimated ? 'estimated_time' : 'event_time'}(${bind(String(now))}::bigint) AS at)`;
}

/** What the inserts take from, one row a version, but for the content, which may be large. */
function rowsCte(insertions: readonly Insertion[], bind: Bind): string {
  const open = insertions.map(({ sealed }) => sealed.open);
  const single: Record<string, string> = {
    type: `${bind(texts(open.map(({ type }) => type)))}::text[]`,
    id: `${bind(texts(open.map(({ id }) => id)))}::text[]`,
    version: `${bind(integers(open.map(({ version }) => version)))}::integer[]`,
    last_updated: `${bind(bigints(open.map(({ lastUpdated }) => lastUpdated)))}::bigint[]`,
    interaction: `${bind(texts(open.map(({ interaction }) => interaction)))}::text[]`,
    key: `${bind(byteas(insertions.map(({ sealed }) => sealed.key)))}::bytea[]`,
    key_patient: `${bind(bigints(insertions.map(({ sealed }) => sealed.keyPatient)))}::bigint[]`,
    only_patient: `${bind(bigints(insertions.map(({ patients }) => onlyOf(patients))))}::bigint[]`,
    commitment: `${bind(byteas(open.map(({ commitment }) => commitment)))}::bytea[]`,
    replaced: `${bind(bigints(insertions.map(({ replaced = null }) => replaced)))}::bigint[]`,
    ...versionEventColumns(
      insertions.map(({ event }) => event),
      bind,
    ),
  };
  const slices = new Slices(bind);
  const lists = {
    patients: slices.of(insertions.map(({ patients }) => patients)).column(bigints, 'bigint'),
    ...indexColumns(
      insertions.map(({ content }) => content?.index),
      slices,
    ),
  };
  const listed = Object.entries(lists).map(([name, sql]) => `${sql} AS ${name}`);
  return `x AS MATERIALIZED (SELECT nextval('version_pid_seq') AS pid, nextval('event_id_seq') AS event, x.*, ${listed.join(', ')}
    FROM unnest(${Object.values(single).map(list).join(', ')}) WITH ORDINALITY AS x (${Object.keys(single).join(', ')}, ord))`;
}

function onlyOf(patients: readonly bigint[]): bigint | null {
  return patients.length === 1 ? (patients[0] ?? null) : null;
}

function versionCte(insertions: readonly Insertion[], bind: Bind): string {
  const contents = `(${bind(byteas(insertions.map(({ sealed }) => sealed.content)))}::bytea[])`;
  const blob = insertions[0]?.sealed.blob;
  const [column, value] = blob === undefined ? ['', ''] : [', blob', `, ${bind(blob)}::bytea`];
  return `v AS (INSERT INTO version (pid, type, id, version, last_updated, interaction, deleted, is_current, content, key,
    key_patient, commitment${column}) OVERRIDING SYSTEM VALUE
    SELECT pid, type, id, version, from_micros(last_updated), interaction, interaction = 'delete', true, ${contents}[ord], key,
    key_patient, commitment${value} FROM x)`;
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

const RESOURCE = `r AS (INSERT INTO resource (type, id, pid, version, deleted)
  SELECT type, id, pid, version, interaction = 'delete' FROM x
  ON CONFLICT (type, id) DO UPDATE SET pid = excluded.pid, version = excluded.version, deleted = excluded.deleted)`;

const REPLACED = 'old AS (UPDATE version o SET is_current = false FROM x WHERE o.pid = x.replaced)';

const RULES_GONE = 'rules_gone AS (DELETE FROM consent_rule r USING x WHERE r.consent_pid = x.replaced)';

function rulesCte(rules: readonly RuleRow[], bind: Bind): string {
  const json = JSON.stringify(rules, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return `rules AS (INSERT INTO consent_rule (consent_pid, patient, permit, actors, purposes, classes, since, until)
    SELECT ${PID}, y.* FROM jsonb_to_recordset(${bind(json)}::jsonb) AS y (patient bigint, permit boolean,
      actors bigint[], purposes bigint[], classes text[], since timestamptz, until timestamptz))`;
}

async function isShown(pid: string, answer: Permit, session: Session): Promise<boolean> {
  const [row] = await session.run<{ ok: boolean }>(
    prepared((bind) => `SELECT ${answer.predicate('v', bind)} AS ok FROM version v WHERE v.pid = ${bind(pid)}`),
  );
  return row?.ok === true;
}
