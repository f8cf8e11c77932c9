// FHIR R4 http.html#read and http.html#vread, as one statement for any number of them: decisions and data.
import type { Bind, Permit } from '#libs/consent';
import { eventCtes } from '../events/event-ctes.js';
import type { EventRow } from '../events/event-row.js';
import { bigints, byteas, texts } from '../postgres/binary-array.js';
import type { Session } from '../postgres/database.js';
import { list, prepared } from '../postgres/statement.js';
import { DECIDED_AT, type DecidedBy, decidedBy } from './decided-by.js';
import type { Seen } from './recent-reads.js';
import { STAND_IN, type VersionRow, versionColumns } from './version-row.js';

/** A version that is asked for: the current one, or the one of that number. */
export interface Lookup {
  readonly type: string;
  readonly id: string;
  readonly version?: number;
  /** Decides whether it may be shown. */
  readonly permit: Permit;
}

/** What a look-up is likely to find, and the event to record if it does. */
export interface Expected {
  readonly seen: Omit<Seen, 'result'>;
  readonly event: EventRow;
}

/** A look-up that records the event of what it finds, where that is what was expected. */
export interface Asked extends Lookup {
  readonly expected?: Expected | undefined;
}

/** One row, whether there is such a version or not; where not, the rest is about a stand-in. */
export interface DecidedRow extends VersionRow {
  time: string;
  there: boolean;
  ok: boolean;
  consent: DecidedBy;
  /** What was expected was found, and its event is recorded. Then the row has no content. */
  holds: boolean;
  /** Transaction that wrote the row of the version. */
  row: string;
}

/** The SQL of look-ups that differ in values alone: what differs between two requesters is a column of `q`. */
interface Form {
  readonly columns: readonly string[];
  readonly sql: string;
}

/** A permit's form, and what it puts into its columns. */
interface Filled {
  readonly form: Form;
  readonly values: readonly string[];
}

/** The rows of these look-ups in their order. All of one form are one statement. */
export async function lookUp(lookups: readonly Asked[], session: Session): Promise<DecidedRow[]> {
  const rows = new Map<Lookup, DecidedRow>();
  const groups = Map.groupBy(lookups, (lookup) => filledBy(lookup).form);
  await Promise.all([...groups].map(([form, group]) => lookUpAlike(form, group, session, rows)));
  return lookups.map((lookup) => rows.get(lookup) as DecidedRow);
}

async function lookUpAlike(
  form: Form,
  group: readonly Asked[],
  session: Session,
  rows: Map<Lookup, DecidedRow>,
): Promise<void> {
  const found = await session.run<DecidedRow & { at: string }>(prepared((bind) => lookUpSql(form, group, bind)));
  if (found.length !== group.length) throw new Error('a look-up always returns a row');
  for (const row of found) rows.set(group[Number(row.at) - 1] as Lookup, row);
}

function lookUpSql({ columns, sql }: Form, group: readonly Asked[], bind: Bind): string {
  const values = group.map(valuesOf);
  const events = group.flatMap(({ expected }) => expected?.event ?? []);
  const all = {
    ...Object.fromEntries(
      columns.map((name, at) => [name, `${bind(texts(values.map((row) => row[at] as string)))}::text[]`]),
    ),
    ...expectedColumns(group, bind),
  };
  const found = `SELECT q.at, q.event, d.* FROM unnest(${Object.values(all).map(list).join(', ')}) WITH ORDINALITY
    AS q (${Object.keys(all).join(', ')}, at), LATERAL (${sql}) AS d`;
  if (events.length === 0) return found;
  const recorded = eventCtes(events, bind, 'JOIN r ON r.event = x.ord AND r.holds');
  return `WITH ${[`r AS MATERIALIZED (${found})`, ...recorded].join(', ')} SELECT * FROM r`;
}

/** What is expected of each, and which event goes with it; null where nothing is. */
function expectedColumns(group: readonly Asked[], bind: Bind): Record<string, string> {
  const seen = group.map(({ expected }) => expected?.seen);
  let events = 0n;
  const numbered = group.map(({ expected }) => (expected === undefined ? null : ++events));
  return {
    event: `${bind(bigints(numbered))}::bigint[]`,
    seen_pid: `${bind(texts(seen.map((one) => one?.pid ?? null)))}::text[]`,
    seen_row: `${bind(texts(seen.map((one) => one?.row ?? null)))}::text[]`,
    seen_key: `${bind(byteas(seen.map((one) => one?.key ?? null)))}::bytea[]`,
    seen_consent: `${bind(texts(seen.map((one) => one?.consent?.[0] ?? null)))}::text[]`,
  };
}

function valuesOf(lookup: Lookup): readonly string[] {
  const { type, id, version } = lookup;
  return [type, id, ...(version === undefined ? [] : [String(version)]), ...filledBy(lookup).values];
}

const filled = { current: new WeakMap<Permit, Filled>(), numbered: new WeakMap<Permit, Filled>() };

function filledBy({ permit, version }: Lookup): Filled {
  const known = version === undefined ? filled.current : filled.numbered;
  const found = known.get(permit);
  if (found !== undefined) return found;
  const made = fill(permit, version !== undefined);
  known.set(permit, made);
  return made;
}

const FOUND = {
  current: 'SELECT pid FROM resource WHERE type = q.type AND id = q.id',
  numbered: 'SELECT pid FROM version WHERE type = q.type AND id = q.id AND version = q.version::integer',
};

function fill(permit: Permit, isNumbered: boolean): Filled {
  const values: string[] = [];
  const bind = (value: unknown) => {
    const text = literal(value);
    const at = values.includes(text) ? values.indexOf(text) : values.push(text) - 1;
    return `q.p${at}`;
  };
  const sql = decided(isNumbered ? FOUND.numbered : FOUND.current, permit, bind);
  const columns = ['type', 'id', ...(isNumbered ? ['version'] : []), ...values.map((_, at) => `p${at}`)];
  return { form: oneOf({ columns, sql }), values };
}

/** There are few: a permit differs from another in whether it has a patient, a compartment, a purpose. */
const forms = new Map<string, Form>();

function oneOf(form: Form): Form {
  const known = forms.get(form.sql);
  if (known !== undefined) return known;
  forms.set(form.sql, form);
  return form;
}

/** A value as Postgres reads it from a text. Arrays are of numbers. */
function literal(value: unknown): string {
  return Array.isArray(value) ? `{${value.map(String).join(',')}}` : String(value);
}

/** Null and so not true for what nothing is expected of. */
const HOLDS = `d.ok AND f.pid = q.seen_pid::bigint AND v.row = q.seen_row::xid
  AND d.consent[1] IS NOT DISTINCT FROM q.seen_consent
  AND (SELECT k.wrapped FROM patient_key k WHERE k.patient = v.key_patient) IS NOT DISTINCT FROM q.seen_key`;

/**
 * Where nothing is found, all is worked out about a stand-in, so that it takes as long as finding what is denied. OFFSET 0 has each
 * version fetched by its key: the plan is kept, and one made while the table was small would read all of it later.
 */
function decided(found: string, permit: Permit, bind: (value: unknown) => string): string {
  const content = 'CASE WHEN d.ok AND f.pid = v.pid AND NOT h.holds THEN v.content END';
  return `SELECT ${DECIDED_AT} AS time, f.pid IS NOT NULL AS there, d.ok, d.consent, h.holds, v.row,
      ${versionColumns('v', content, 'NOT h.holds')}
    FROM (SELECT (${found}) AS pid OFFSET 0) AS f
    LEFT JOIN LATERAL (SELECT xmin AS row, * FROM version WHERE pid = COALESCE(f.pid, ${STAND_IN}) OFFSET 0) AS v ON true
    LEFT JOIN LATERAL (SELECT ${permit.predicate('v', bind)} AS ok, ${decidedBy(permit, 'v', bind)} AS consent OFFSET 0) AS d
      ON true
    LEFT JOIN LATERAL (SELECT COALESCE(${HOLDS}, false) AS holds OFFSET 0) AS h ON true`;
}
