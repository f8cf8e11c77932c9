import type { Bind } from '#libs/consent';
import type { Clause, SearchRequest } from '#libs/search';
import { clauseSql, existsSql, type Rows } from './condition-sql.js';
import { rowClauses } from './row-clauses.js';

/** What a statement needs of a Permit; only `decide` of the consent library makes one. */
export interface Filter {
  predicate(alias: string, bind: Bind): string;
  /** The same for a resource that matches are in the compartment of, which is not itself shown; `predicate` if not given. */
  ownerPredicate?(alias: string, bind: Bind): string;
}

/** The versions that match and may be shown. */
export interface Matching {
  /** Common table expressions that come first. */
  readonly ctes: readonly string[];
  /**
   * What to join to `version v`, and the condition. Several where the way there depends on what the index holds: at most one
   * of them gives rows, and each gives all.
   */
  readonly ways: readonly Way[];
}

export type PidOrder = 'ASC' | 'DESC';

export interface Way {
  /** A FROM clause with `version v` in it, which begins where the matches are found soonest, in this order where one is given. */
  readonly from: (order?: PidOrder) => string;
  /** What comes from there is little: a patient's, or few rows that were counted. */
  readonly isNarrow: boolean;
  /** What else to join to a `version v` that is found otherwise. */
  readonly joins: string;
  readonly where: string;
}

/** Up to so many rows are read beforehand, to see whether a parameter is rare. */
const FEW = 1000;

/**
 * A parameter with one hash is a join, and so is a compartment: its rows are unique and in order of pid, so that Postgres can read the newest matches
 * without a sort, beginning with whichever parameter is rarest. All else is asked of each candidate.
 */
export function matching(request: SearchRequest, permit: Filter, bind: Bind, few = FEW): Matching {
  const sources = [
    ...request.params.filter(isSingleHash).map((clause) => hashSql(clause, request.patient, bind)),
    ...compartmentSql(request, bind),
  ];
  const { rows, others } = rowClauses(
    request.params.filter((clause) => !isSingleHash(clause)),
    bind,
  );
  const where = [
    `${typeSql(request.types, bind)} AND v.is_current AND NOT v.deleted`,
    ...ownerSql(request, permit, bind),
    ...rows.map(existsSql),
    ...others.map((clause) => clauseSql(clause, bind)),
    permit.predicate('v', bind),
  ].join(' AND ');
  return request.patient === undefined
    ? seeded(rows, sources, where, few)
    : { ctes: [], ways: [fromSources(sources, where, true)] };
}

/**
 * `sources`: queries for pids, each once, of which every match is in all. Postgres finds out which has the fewest, unless all are of one
 * patient.
 */
function fromSources(sources: readonly string[], where: string, isNarrow = false): Way {
  const [first, ...more] = sources;
  const joins = joinsSql(sources, 'v.pid');
  if (first === undefined) return { from: () => 'version v', isNarrow: false, joins, where };
  const further = isNarrow ? lookUpsSql(more, 'first.pid') : joinsSql(more, 'first.pid');
  const from = (order?: PidOrder) => {
    const isOrdered = order && (isNarrow || more.length === 0);
    const rows = isOrdered ? `(SELECT pid FROM ${first} AS s ORDER BY pid ${order})` : first;
    return versionsOf(`${rows} AS first${further}`, 'first.pid');
  };
  return { from, isNarrow, joins, where };
}

function joinsSql(sources: readonly string[], pid: string): string {
  return sources.map((rows, at) => ` JOIN ${rows} AS s${at} ON s${at}.pid = ${pid}`).join('');
}

function lookUpsSql(sources: readonly string[], pid: string): string {
  return sources
    .map((rows, at) => ` JOIN LATERAL (SELECT FROM ${rows} AS s WHERE s.pid = ${pid} OFFSET 0) AS s${at} ON true`)
    .join('');
}

/**
 * OFFSET 0 fixes the order: from few rows to their versions. Postgres guesses by what it counted last, and takes a table that has
 * grown since for a small one: it would go through all resources of the type and ask of each whether it has the value.
 */
function versionsOf(rows: string, pid: string): string {
  return `${rows} JOIN LATERAL (SELECT * FROM version WHERE version.pid = ${pid} OFFSET 0) AS v ON v.pid = ${pid}`;
}

/** More parameters are not looked at beforehand. */
const MOST_SEEDS = 3;

/**
 * Postgres cannot foresee how rare a range or a prefix is: the values of all parameters are one column. Guessing wrong it
 * would go through all resources of the type. So the first rows are read and counted: where they are few, the matches are
 * among them; where they are many, the newest matches are near the newest resources.
 */
function seeded(rows: readonly Rows[], sources: readonly string[], where: string, few: number): Matching {
  const way = fromSources(sources, where);
  const seeds = rows.slice(0, MOST_SEEDS);
  if (seeds.length === 0) return { ctes: [], ways: [way] };
  const isFew = (at: number) => `(SELECT count(*) FROM seed${at}) <= ${few}`;
  const chosen = seeds.map((_, at) => {
    const earlier = seeds.slice(0, at).map((__, before) => `NOT ${isFew(before)}`);
    return `SELECT pid FROM seed${at} WHERE ${[...earlier, isFew(at)].join(' AND ')}`;
  });
  const anyFew = `(${seeds.map((_, at) => isFew(at)).join(' OR ')})`;
  return {
    ctes: [
      ...seeds.map((one, at) => `seed${at} AS MATERIALIZED (${seedSql(one, few)})`),
      `seed AS MATERIALIZED (SELECT DISTINCT pid FROM (${chosen.join(' UNION ALL ')}) AS one)`,
    ],
    ways: [
      {
        from: () => versionsOf(`seed${joinsSql(sources, 'seed.pid')}`, 'seed.pid'),
        isNarrow: true,
        joins: ` JOIN seed ON seed.pid = v.pid${way.joins}`,
        where: `${where} AND ${anyFew}`,
      },
      { ...way, where: `${where} AND NOT ${anyFew}` },
    ],
  };
}

function seedSql({ table, anyOf }: Rows, few: number): string {
  const parts = anyOf.map((where) => `(SELECT i.pid FROM ${table} i WHERE ${where} LIMIT ${few + 1})`);
  return `SELECT pid FROM (${parts.join(' UNION ALL ')}) AS one LIMIT ${few + 1}`;
}

/** One value of one parameter, found by equality. */
export function isSingleHash({ anyOf, not }: Clause): boolean {
  return !not && anyOf.length === 1 && anyOf[0]!.on === 'hash';
}

/** Where all matches are in one patient's compartment, only rows of that patient, or of none or several, can count. */
function hashSql({ anyOf }: Clause, patient: bigint | undefined, bind: Bind): string {
  const [condition] = anyOf;
  if (condition?.on !== 'hash') throw new Error('a join is made of one hash');
  const rows = `SELECT pid FROM index_hash WHERE hash = ${bind(String(condition.hash))}::bigint`;
  if (patient === undefined) return `(${rows})`;
  return `(${rows} AND patient = ${bind(String(patient))}::bigint UNION ALL ${rows} AND patient = 0)`;
}

function typeSql(types: readonly string[], bind: Bind): string {
  const [type, ...more] = types;
  return type !== undefined && more.length === 0 ? `v.type = ${bind(type)}` : `v.type = ANY (${bind(types)}::text[])`;
}

/** A hidden resource has a compartment as empty as one that is not there. */
function ownerSql({ owner }: SearchRequest, permit: Filter, bind: Bind): string[] {
  if (owner === undefined) return [];
  const mayBeKnown = permit.ownerPredicate?.('o', bind) ?? permit.predicate('o', bind);
  const name = `o.type = ${bind(owner.type)} AND o.id = ${bind(owner.id)} AND o.is_current AND NOT o.deleted`;
  return [`EXISTS (SELECT FROM version o WHERE ${name} AND ${mayBeKnown})`];
}

function compartmentSql({ patientId, patient }: SearchRequest, bind: Bind): string[] {
  if (patientId === undefined) return [];
  if (patient === undefined) throw new Error('a compartment has a patient');
  return [`(SELECT pid FROM compartment WHERE patient = ${bind(String(patient))}::bigint)`];
}
