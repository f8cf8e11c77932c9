// A database of its own for one test file: the real tables, and resources in them as far as a search looks at them
import { createHmac, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Pool } from 'pg';
import type { JsonDocument } from '#libs/fhir-json';
import { type Hash64, indexRows, parseSearch, patientsOf, type SearchOptions, type SearchRequest } from '#libs/search';
import { Slices } from '../src/postgres/slices.js';
import { deleteIndexSql, indexColumns, insertIndexSql } from '../src/search/index-rows.js';
import type { Filter } from '../src/search/matching.js';
import { type SearchPage, searchPage } from '../src/search/search-page.js';
import { type SearchRow, searchSql } from '../src/search/search-sql.js';

const MIGRATIONS = join(import.meta.dirname, '../../../migrations');

const key = Buffer.alloc(32, 7);
export const keyed: Hash64 = (...parts) =>
  createHmac('sha256', key).update(JSON.stringify(parts)).digest().readBigInt64BE(0);

/** Lets everything through. What a real Permit does to a search is tested with the store. */
export const everything: Filter = { predicate: () => 'true' };

export interface Match extends SearchRow {
  pid: string;
  id: string;
}

export type Resource = { resourceType: string; id?: string } & Record<string, unknown>;
export type Query = [string, string][];

export const options: SearchOptions = {
  hash64: keyed,
  cursorKey: Buffer.alloc(32, 8),
  requester: 'test',
  now: Date.UTC(2030, 1, 1),
};

export class SearchDatabase {
  private constructor(
    private readonly name: string,
    readonly pool: Pool,
  ) {}

  static async create(): Promise<SearchDatabase> {
    const name = `search_${randomBytes(8).toString('hex')}`;
    await admin(`CREATE DATABASE ${name}`);
    const url = new URL(process.env.TEST_DATABASE_URL!);
    url.pathname = `/${name}`;
    const pool = new Pool({ connectionString: url.href, max: 4 });
    const files = readdirSync(MIGRATIONS).filter((entry) => /^000[12].*\.sql$/.test(entry));
    for (const file of files.sort()) await pool.query(readFileSync(join(MIGRATIONS, file), 'utf8'));
    return new SearchDatabase(name, pool);
  }

  /** Inserts a first version with its index rows; gives its pid. */
  async add(resource: Resource, document?: JsonDocument): Promise<string> {
    const { resourceType: type, id = randomBytes(8).toString('hex') } = resource;
    const patients = patientsOf(type, resource).map((patient) => keyed('Patient', patient));
    const values: unknown[] = [];
    const bind = (value: unknown) => `$${values.push(value)}`;
    const columns = Object.entries(indexColumns([indexRows(type, resource, keyed, document)], new Slices(bind)));
    const only = patients.length === 1 ? String(patients[0]) : null;
    const { rows } = await this.pool.query<{ pid: string }>(
      `WITH v AS (
         INSERT INTO version (type, id, version, last_updated, interaction, deleted, is_current, content, key, commitment)
         VALUES (${bind(type)}, ${bind(id)}, 1, clock_timestamp(), 'create', false, true, '', '', '') RETURNING pid
       ), c AS (INSERT INTO compartment (pid, patient) SELECT pid, p FROM v, unnest(${bind(patients.map(String))}::bigint[]) AS p),
       rows AS (SELECT pid, ${bind(only)}::bigint AS only_patient, ${columns.map(([name, sql]) => `${sql} AS ${name}`).join(', ')}
         FROM (SELECT pid, 1 AS ord FROM v) AS x),
       ${insertIndexSql('rows')} SELECT pid FROM v`,
      values,
    );
    return rows[0]!.pid;
  }

  /** What the store does with a version that stops being current. */
  async retire(pid: string): Promise<void> {
    await this.pool.query(
      `WITH old AS (UPDATE version SET is_current = false WHERE pid = $1::bigint), x AS (SELECT $1::bigint AS replaced), ${deleteIndexSql('x')} SELECT 1`,
      [pid],
    );
  }

  async search(request: SearchRequest, permit: Filter = everything, few?: number): Promise<SearchPage<Match>> {
    const values: unknown[] = [];
    const text = searchSql(request, permit, 'v.pid, v.id', (value) => `$${values.push(value)}`, few);
    const { rows } = await this.pool.query<Match>(text, values);
    return searchPage(request, rows);
  }

  /** Ids of one page, in order. */
  async ids(type: string, query: Query, permit?: Filter): Promise<string[]> {
    const page = await this.search(parseSearch(type, [...query, ['_count', '1000']], options), permit);
    return page.matches.map(({ id }) => id);
  }

  /** Ids of all pages of `count` matches, in order. */
  async pages(type: string, query: Query, count: number, permit?: Filter): Promise<string[]> {
    const found: string[] = [];
    let cursor: Query = [];
    for (let page = 0; page < 1000; page++) {
      const request = parseSearch(type, [...query, ['_count', String(count)], ...cursor], options);
      const { matches, next } = await this.search(request, permit);
      found.push(...matches.map(({ id }) => id));
      if (!next) return found;
      cursor = [['_cursor', request.nextCursor(next)]];
    }
    throw new Error('the pages do not end');
  }

  async count(table: string): Promise<number> {
    const { rows } = await this.pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
    return rows[0]!.n;
  }

  async drop(): Promise<void> {
    await this.pool.end();
    await admin(`DROP DATABASE ${this.name}`);
  }
}

async function admin(sql: string): Promise<void> {
  const client = new Client(process.env.TEST_DATABASE_URL);
  await client.connect();
  await client.query(sql);
  await client.end();
}

const EXAMPLES = join(import.meta.dirname, '../../../node_modules/hl7.fhir.r4.examples');

/** File names of the official examples of these types. */
export function exampleFiles(types: readonly string[]): string[] {
  return readdirSync(EXAMPLES)
    .filter((name) => types.includes(name.split('-')[0]!) && name.endsWith('.json'))
    .map((name) => join(EXAMPLES, name));
}
