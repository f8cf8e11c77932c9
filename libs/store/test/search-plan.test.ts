// FHIR R4, section 3.1.1: what a search reads must not grow with the number of resources of the type, whatever Postgres believes of its tables
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Clause, parseSearch, type SearchRequest } from '#libs/search';
import { hasOnePlan, searchSql } from '../src/search/search-sql.js';
import { everything, keyed, options, type Query, SearchDatabase } from './search-database.js';

const RESOURCES = 5_000;
/** Pages of 8 KB, far fewer than the resources. */
const MOST_PAGES = 1_000;

let database: SearchDatabase;

const requestOf = (query: Query): SearchRequest => parseSearch('Observation', query, options);

/** What an indexed value is found by. */
function hashesOf({ params }: SearchRequest): string[] {
  return params.map(({ anyOf }: Clause) => {
    const [condition] = anyOf;
    if (condition?.on !== 'hash') throw new Error('a value of another kind');
    return String(condition.hash);
  });
}

const rare = requestOf([['identifier', 'urn:ward|4711']]);
const common = requestOf([['status', 'final']]);
const patient = requestOf([['patient', 'p1']]);
const range = requestOf([['value-quantity', 'gt100']]);
const P1 = String(keyed('Patient', 'p1'));

/** By what is sorted. */
function keyParamsOf({ sort }: SearchRequest): string[] {
  return sort.flatMap((key) => ('params' in key ? key.params.map(String) : []));
}

function rangeParamsOf({ params }: SearchRequest): string[] {
  return params.flatMap(({ anyOf }: Clause) => anyOf.map((one) => (one.on === 'range' ? String(one.param) : '')));
}

/** One row in 1,000 has the rare value, all have the common one, half lie in the range, and every hundredth is about the patient. */
async function fill(): Promise<void> {
  const rows = (hash: string, each: number) =>
    database.pool.query(
      `INSERT INTO index_hash (hash, pid, patient) SELECT $1::bigint, pid, CASE WHEN pid % 100 = 0 THEN $3::bigint ELSE 7 END
       FROM version WHERE pid % $2 = 0`,
      [hash, each, P1],
    );
  await database.pool.query(
    `INSERT INTO version (type, id, version, last_updated, interaction, deleted, is_current, content, key, commitment)
     SELECT 'Observation', 'o' || n, 1, clock_timestamp(), 'create', false, true, '', '', '' FROM generate_series(1, ${RESOURCES}) AS n`,
  );
  await rows(hashesOf(rare)[0]!, 1_000);
  await rows(hashesOf(common)[0]!, 1);
  await rows(hashesOf(patient)[0]!, 100);
  await database.pool.query(
    'INSERT INTO index_range (param, low, high, pid) SELECT $1::bigint, 200, 200, pid FROM version WHERE pid % 2 = 0',
    [rangeParamsOf(range)[0]],
  );
  await database.pool.query(
    'INSERT INTO index_range (param, low, high, pid) SELECT $1::bigint, pid, pid + 1, pid FROM version',
    [keyParamsOf(requestOf([['_sort', 'date']]))[0]],
  );
}

beforeAll(async () => {
  database = await SearchDatabase.create();
  for (const table of ['version', 'index_hash', 'index_range'])
    await database.pool.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
  await database.pool.query('ANALYZE');
  await fill();
});
afterAll(() => database.drop());

/** Pages that are looked at, and the matches of the page. */
async function read(query: Query, mode: string): Promise<{ pages: number; found: number }> {
  const client = await database.pool.connect();
  try {
    const values: unknown[] = [];
    const text = searchSql(requestOf(query), everything, 'v.pid, v.id', (value) => `$${values.push(value)}`);
    const found = (await client.query<{ position: unknown }>(text, values)).rows.filter((row) => row.position !== null);
    await client.query(`SET plan_cache_mode = ${mode}`);
    await client.query(`PREPARE search AS ${text}`);
    const given = values
      .map((value) => `'${Array.isArray(value) ? `{${value.join(',')}}` : String(value)}'`)
      .join(', ');
    const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE search (${given})`);
    const { Plan: plan } = rows[0]['QUERY PLAN'][0];
    return { pages: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], found: found.length };
  } finally {
    client.release(true);
  }
}

const CASES: [string, Query, number][] = [
  ['a rare value', [['identifier', 'urn:ward|4711']], 5],
  ['a value that all have', [['status', 'final']], 21],
  ['a value that nothing has', [['identifier', 'urn:ward|none']], 0],
  [
    'a rare value and one that all have',
    [
      ['status', 'final'],
      ['identifier', 'urn:ward|4711'],
    ],
    5,
  ],
  [
    'a value that all have, oldest first',
    [
      ['status', 'final'],
      ['_sort', '_lastUpdated'],
    ],
    21,
  ],
  ['a range in which many lie', [['value-quantity', 'gt100']], 21],
  [
    'a range in which many lie and a value that all have',
    [
      ['status', 'final'],
      ['value-quantity', 'gt100'],
    ],
    21,
  ],
  ['a patient', [['patient', 'p1']], 21],
  [
    'a patient, latest first',
    [
      ['patient', 'p1'],
      ['_sort', '-date'],
    ],
    21,
  ],
  [
    'a patient and a value that all have, latest first',
    [
      ['patient', 'p1'],
      ['status', 'final'],
      ['_sort', '-date'],
    ],
    21,
  ],
  [
    'a patient and a value that all have',
    [
      ['patient', 'p1'],
      ['status', 'final'],
    ],
    21,
  ],
];

const MODES = ['force_custom_plan', 'force_generic_plan'];

/** In each mode, whether few pages were read; where not, how many. */
async function readings(query: Query, number: number) {
  const all = [];
  for (const mode of MODES) {
    const { pages, found } = await read(query, mode);
    expect(found).toBe(number);
    all.push(pages < MOST_PAGES ? 'few' : pages);
  }
  return all;
}

describe('a search reads few pages, with a plan of its own and with one for all,', () => {
  it.each(CASES)('when Postgres takes the tables for empty: %s', async (_, query, number) => {
    expect(await readings(query, number)).toEqual(['few', 'few']);
  });

  it.each(CASES)('when Postgres has counted: %s', async (_, query, number) => {
    await database.pool.query('ANALYZE');
    expect(await readings(query, number)).toEqual(['few', 'few']);
  });
});

it('one plan is kept for the first page of at most one value or of a patient, and for a round number of matches', () => {
  const keeps = (query: Query) => hasOnePlan(requestOf(query));
  expect(keeps([['identifier', 'urn:ward|4711']])).toBe(true);
  expect(keeps([])).toBe(true);
  expect(keeps([['_count', '50']])).toBe(true);
  expect(
    keeps([
      ['patient', 'p1'],
      ['status', 'final'],
      ['_sort', '-date'],
    ]),
  ).toBe(true);
  expect(
    keeps([
      ['patient', 'p1'],
      ['date', 'gt2020'],
    ]),
  ).toBe(false);
  expect(keeps([['_count', '51']])).toBe(false);
  expect(keeps([['_count', '1000']])).toBe(false);
  expect(keeps([['identifier', 'a,b']])).toBe(false);
  expect(keeps([['_sort', 'date']])).toBe(false);
  expect(
    keeps([
      ['status', 'final'],
      ['identifier', 'a'],
    ]),
  ).toBe(false);
});
