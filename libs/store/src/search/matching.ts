import type { Bind } from '#libs/consent';
import type { Clause, SearchRequest } from '#libs/search';
import { clauseSql } from './condition-sql.js';

/** What a statement needs of a Permit; only `decide` of the consent library makes one. */
export interface Filter {
  predicate(alias: string, bind: Bind): string;
}

/** The versions that match and may be shown: what to join to `version v`, and the condition. */
export interface Matching {
  readonly joins: string;
  readonly where: string;
}

/**
 * A parameter with one hash is a join: its rows are unique and in order of pid, so that Postgres can read the newest matches
 * without a sort, beginning with whichever parameter is rarest. All else is asked of each candidate.
 */
export function matching(request: SearchRequest, permit: Filter, bind: Bind): Matching {
  const joined = request.params.filter(isSingleHash);
  const asked = request.params.filter((clause) => !isSingleHash(clause));
  const joins = joined.map((clause, at) => joinSql(clause, `h${at}`, request.patient, bind));
  const where = [
    `v.type = ${bind(request.type)} AND v.is_current AND NOT v.deleted`,
    ...compartmentSql(request, bind),
    ...asked.map((clause) => clauseSql(clause, bind)),
    permit.predicate('v', bind),
  ];
  return { joins: joins.join(' '), where: where.join(' AND ') };
}

function isSingleHash({ anyOf, not }: Clause): boolean {
  return !not && anyOf.length === 1 && anyOf[0]!.on === 'hash';
}

/** Where all matches are in one patient's compartment, only rows of that patient, or of none or several, can count. */
function joinSql({ anyOf }: Clause, alias: string, patient: bigint | undefined, bind: Bind): string {
  const [condition] = anyOf;
  if (condition?.on !== 'hash') throw new Error('a join is made of one hash');
  const on = [`${alias}.pid = v.pid AND ${alias}.hash = ${bind(String(condition.hash))}::bigint`];
  if (patient !== undefined) on.push(`${alias}.patient = ANY (${bind([String(patient), '0'])}::bigint[])`);
  return `JOIN index_hash ${alias} ON ${on.join(' AND ')}`;
}

function compartmentSql({ patientId, patient }: SearchRequest, bind: Bind): string[] {
  if (patientId === undefined) return [];
  if (patient === undefined) throw new Error('a compartment has a patient');
  return [`EXISTS (SELECT FROM compartment c WHERE c.pid = v.pid AND c.patient = ${bind(String(patient))}::bigint)`];
}
