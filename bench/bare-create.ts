// The baseline of create: the rows that the store writes for the same resource, in one transaction, and nothing else.
import { randomUUID } from 'node:crypto';
import pg from 'pg';

const TABLES = [
  'version',
  'resource',
  'compartment',
  'event',
  'index_hash',
  'index_string',
  'index_range',
  'index_entry',
];

const INSERT = `WITH v AS (
  INSERT INTO bare.version (type, id, version, last_updated, interaction, deleted, is_current, content, key, key_patient, commitment)
  VALUES ('Observation', $1, 1, clock_timestamp(), 'create', false, true, $2, $3, $4, $5) RETURNING pid
), r AS (
  INSERT INTO bare.resource SELECT 'Observation', $1, pid, 1, false FROM v
), c AS (
  INSERT INTO bare.compartment SELECT pid, $4 FROM v
), e AS (
  INSERT INTO bare.event (event_id, time, decision, record, leaf, opening, patient, subject, version_pid)
  SELECT $6, clock_timestamp(), 'permit', $7, $8, $9, $4, $10, pid FROM v
), h AS (
  INSERT INTO bare.index_hash (hash, pid, patient) SELECT hash, pid, $4 FROM v, unnest($11::bigint[]) AS one (hash)
), s AS (
  INSERT INTO bare.index_string SELECT param, value, pid FROM v, unnest($12::bigint[], $13::text[]) AS one (param, value)
), g AS (
  INSERT INTO bare.index_range SELECT param, low, high, pid
  FROM v, unnest($14::bigint[], $15::float8[], $16::float8[]) AS one (param, low, high)
) INSERT INTO bare.index_entry SELECT pid, $17, $11 FROM v`;

const SAMPLE = `SELECT v.content, v.key, v.key_patient, v.commitment, e.event_id, e.record, e.leaf, e.opening, e.subject,
  (SELECT array_agg(hash::text) FROM index_hash i WHERE i.pid = v.pid) AS hashes,
  (SELECT array_agg(param::text) FROM index_string i WHERE i.pid = v.pid) AS strings,
  (SELECT array_agg(value) FROM index_string i WHERE i.pid = v.pid) AS texts,
  (SELECT array_agg(param::text) FROM index_range i WHERE i.pid = v.pid) AS ranges,
  (SELECT array_agg(low) FROM index_range i WHERE i.pid = v.pid) AS lows,
  (SELECT array_agg(high) FROM index_range i WHERE i.pid = v.pid) AS highs,
  (SELECT present FROM index_entry i WHERE i.pid = v.pid) AS present
  FROM version v JOIN event e ON e.version_pid = v.pid WHERE v.type = 'Observation' ORDER BY v.pid DESC LIMIT 1`;

/** Tables like the store's beside them, and a function that writes into them what a create writes, over `clients` connections. */
export async function bareCreate(databaseUrl: string, clients: number) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: clients });
  await pool.query('CREATE SCHEMA bare');
  for (const table of TABLES) await pool.query(`CREATE TABLE bare.${table} (LIKE ${table} INCLUDING ALL)`);
  const row = (await pool.query(SAMPLE)).rows[0];
  const after = [
    row.content,
    row.key,
    row.key_patient,
    row.commitment,
    row.event_id,
    row.record,
    row.leaf,
    row.opening,
  ];
  const index = [
    row.hashes,
    row.strings ?? [],
    row.texts ?? [],
    row.ranges ?? [],
    row.lows ?? [],
    row.highs ?? [],
    row.present,
  ];
  return {
    async create(): Promise<void> {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await client.query({ name: 'create', text: INSERT, values: [randomUUID(), ...after, row.subject, ...index] });
        await client.query('COMMIT');
      } finally {
        client.release();
      }
    },
    close: () => pool.end(),
  };
}
