-- The tables as all migrations make them, for reading: nothing runs this file. A test compares the two.

-- 0001-records.sql

-- Versions of resources, whose they are, the rules of Consents, and the events that tell of every interaction.
-- Hashes are keyed (HMAC-SHA-256, 64 bits kept) under a key that is not in the database.

CREATE TABLE installation (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  master_key text NOT NULL,
  genesis text,
  since timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE installation IS 'One row: what this database is bound to. With another master key or ledger the server does not start.';
COMMENT ON COLUMN installation.master_key IS 'Id of the master key, which tells nothing of the key.';
COMMENT ON COLUMN installation.genesis IS 'Hash of the genesis block of the ledger; null until there is one.';

CREATE TABLE patient_key (
  patient bigint PRIMARY KEY,
  id text NOT NULL,
  wrapped bytea
);
COMMENT ON TABLE patient_key IS 'Every patient of whom there was ever a version, and the key that wraps the keys of those versions.';
COMMENT ON COLUMN patient_key.patient IS 'Keyed hash of the id; the same in every table.';
COMMENT ON COLUMN patient_key.wrapped IS 'The key, encrypted under the master key. Null: destroyed, and with it what it encrypted.';

CREATE TABLE version (
  pid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  type text NOT NULL,
  id text NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  last_updated timestamptz NOT NULL,
  interaction text NOT NULL CHECK (interaction IN ('create', 'update', 'delete')),
  deleted boolean NOT NULL,
  is_current boolean NOT NULL,
  content bytea,
  key bytea NOT NULL,
  key_patient bigint,
  commitment bytea NOT NULL,
  UNIQUE (type, id, version),
  CHECK (deleted = (content IS NULL))
);
COMMENT ON TABLE version IS 'Every version of every resource. Rows are added, never changed but for is_current.';
COMMENT ON COLUMN version.pid IS 'Ascending in order of recording.';
COMMENT ON COLUMN version.content IS 'The bytes that reads send: deflated, then AES-256-GCM under the data key, bound to type, id and version.';
COMMENT ON COLUMN version.key IS 'Data key and commitment key, 32 bytes each, wrapped.';
COMMENT ON COLUMN version.key_patient IS 'Whose patient_key wraps them; null: a key derived from the master key.';
COMMENT ON COLUMN version.commitment IS 'Keyed commitment to the content, as the event record has it.';
-- Content is ciphertext: compressing it again is work for nothing.
ALTER TABLE version ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX version_current ON version (type, pid) WHERE is_current AND NOT deleted;

CREATE TABLE resource (
  type text NOT NULL,
  id text NOT NULL,
  pid bigint NOT NULL,
  version integer NOT NULL,
  deleted boolean NOT NULL,
  PRIMARY KEY (type, id)
);
COMMENT ON TABLE resource IS 'The current version of each resource.';

CREATE TABLE compartment (
  pid bigint NOT NULL,
  patient bigint NOT NULL,
  PRIMARY KEY (pid, patient)
);
COMMENT ON TABLE compartment IS 'The patients in whose compartment a version is. A deletion stays where the version before it was.';
CREATE INDEX compartment_patient ON compartment (patient, pid);

CREATE TABLE consent_rule (
  consent_pid bigint NOT NULL,
  patient bigint NOT NULL,
  permit boolean NOT NULL,
  actors bigint[],
  purposes bigint[],
  classes text[],
  since timestamptz,
  until timestamptz
);
COMMENT ON TABLE consent_rule IS 'The provisions of the current versions of active Consents. A null criterion holds for every request.';
COMMENT ON COLUMN consent_rule.actors IS 'Keyed hashes of references; one of them must be the requester''s.';
COMMENT ON COLUMN consent_rule.purposes IS 'Keyed hashes of v3-ActReason codes.';
COMMENT ON COLUMN consent_rule.classes IS 'Resource types, readable.';
COMMENT ON COLUMN consent_rule.until IS 'First instant at which the rule is not in force any more.';
CREATE INDEX consent_rule_patient ON consent_rule (patient, permit);
CREATE INDEX consent_rule_consent ON consent_rule (consent_pid);

CREATE TABLE event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id bytea NOT NULL,
  time timestamptz NOT NULL,
  decision text NOT NULL CHECK (decision IN ('permit', 'deny')),
  record bytea NOT NULL,
  leaf bytea NOT NULL CHECK (length(leaf) = 32),
  opening bytea NOT NULL,
  patient bigint,
  subject bigint,
  version_pid bigint
);
COMMENT ON TABLE event IS 'The outbox: one row for every interaction, durable before its answer. The worker gives each its place in the log.';
COMMENT ON COLUMN event.id IS 'Not the order of commit: the worker takes what has no place, never what is behind the last id.';
COMMENT ON COLUMN event.opening IS 'First byte 1: encrypted under a key derived from the patient''s key; 0: from the master key.';
COMMENT ON COLUMN event.patient IS 'The patient it is about, where there is exactly one; several are in event_patient.';
COMMENT ON COLUMN event.subject IS 'Keyed hash of type and id of the resource asked for.';
COMMENT ON COLUMN event.version_pid IS 'The version that was written; null for all that wrote none.';
CREATE UNIQUE INDEX event_version ON event (version_pid) WHERE version_pid IS NOT NULL;
CREATE INDEX event_patient_one ON event (patient, id) WHERE patient IS NOT NULL;
CREATE INDEX event_denied ON event (subject) WHERE decision = 'deny';

CREATE TABLE event_patient (
  patient bigint NOT NULL,
  event bigint NOT NULL,
  PRIMARY KEY (patient, event)
);
COMMENT ON TABLE event_patient IS 'The patients of events that are about more than one.';

CREATE FUNCTION micros(at timestamptz) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (extract(epoch FROM at) * 1000000)::bigint;
COMMENT ON FUNCTION micros IS 'Microseconds since 1970.';

CREATE FUNCTION from_micros(micros bigint) RETURNS timestamptz
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN timestamptz 'epoch' + micros * interval '1 microsecond';

CREATE FUNCTION event_time(micros bigint) RETURNS timestamptz
LANGUAGE plpgsql STABLE STRICT AS $$
BEGIN
  IF from_micros(micros) NOT BETWEEN clock_timestamp() - interval '10 minutes' AND clock_timestamp() THEN
    RAISE EXCEPTION 'an event is recorded when it happens' USING ERRCODE = 'HF001';
  END IF;
  RETURN from_micros(micros);
END $$;
COMMENT ON FUNCTION event_time IS 'The time of an event made outside its transaction: not ahead of the clock, not long past.';

CREATE FUNCTION estimated_time(micros bigint) RETURNS timestamptz
LANGUAGE plpgsql STABLE STRICT AS $$
BEGIN
  IF from_micros(micros) NOT BETWEEN clock_timestamp() - interval '1 second' AND clock_timestamp() THEN
    RAISE EXCEPTION 'the time of a version is that of this clock' USING ERRCODE = 'HF001';
  END IF;
  RETURN from_micros(micros);
END $$;
COMMENT ON FUNCTION estimated_time IS 'The time of a version that was numbered outside its transaction: at most a second old, not ahead of the clock.';

-- 0002-search-index.sql

-- The search index: rows of current versions only. What a row means is libs/search's; what Postgres needs is here.
-- Hashes are keyed, 64 bits: nobody reads a code from them or makes two values collide. Normalised strings, dates and
-- numbers are readable.

CREATE TABLE index_hash (
  hash bigint NOT NULL,
  pid bigint NOT NULL,
  patient bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (hash, pid)
);
COMMENT ON TABLE index_hash IS 'Tokens, references, URIs, exact strings and pairs of those, each with the type and the element it is in.';
COMMENT ON COLUMN index_hash.patient IS 'The patient in whose compartment the resource is, where there is exactly one; otherwise 0.';
CREATE INDEX index_hash_patient ON index_hash (patient, hash, pid);

CREATE TABLE index_string (
  param bigint NOT NULL,
  value text COLLATE "C" NOT NULL,
  pid bigint NOT NULL
);
COMMENT ON TABLE index_string IS 'Text without case, accents and punctuation, at most 256 characters, for prefixes.';
CREATE INDEX index_string_value ON index_string (param, value, pid);
CREATE INDEX index_string_pid ON index_string (pid, param, value);

CREATE TABLE index_range (
  param bigint NOT NULL,
  low float8 NOT NULL,
  high float8 NOT NULL,
  pid bigint NOT NULL
);
COMMENT ON TABLE index_range IS 'Dates as [low, high) in milliseconds since 1970; a number as low, with half a unit of its last digit up to high; explicit ranges.';
CREATE INDEX index_range_low ON index_range (param, low, high, pid);
CREATE INDEX index_range_pid ON index_range (pid, param, low, high);

CREATE TABLE index_entry (
  pid bigint PRIMARY KEY,
  present bigint[] NOT NULL,
  hashes bigint[] NOT NULL
);
COMMENT ON TABLE index_entry IS 'One row for each current version.';
COMMENT ON COLUMN index_entry.present IS 'Which parameters have a value, for :missing.';
COMMENT ON COLUMN index_entry.hashes IS 'Its rows of index_hash, which has no index by pid, to delete them by.';

-- 0003-log.sql

-- The site's append-only log: batches on their way to the ledger and on it, the tiles of its Merkle tree, and who may write.

CREATE TABLE batch (
  first_index bigint PRIMARY KEY CHECK (first_index >= 0),
  tree_size bigint NOT NULL UNIQUE CHECK (tree_size > first_index),
  root bytea NOT NULL CHECK (length(root) = 32),
  range bytea NOT NULL CHECK (length(range) % 32 = 0),
  epoch bigint NOT NULL,
  tx_id text NOT NULL UNIQUE,
  envelope bytea,
  prepared_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  block_number bigint,
  block bytea,
  checkpoint text,
  anchored_at timestamptz,
  CHECK (num_nulls(block_number, block, checkpoint, anchored_at) IN (0, 4))
);
COMMENT ON TABLE batch IS 'The leaves [first_index, tree_size) of the log, in one transaction of the ledger.';
COMMENT ON COLUMN batch.range IS 'The compact range of the tree after the batch: hashes of 32 bytes, largest subtree first.';
COMMENT ON COLUMN batch.epoch IS 'The lease under which it was saved last.';
COMMENT ON COLUMN batch.envelope IS 'The signed transaction, saved before it is sent so that the same bytes can be sent again. Null when another process sent it.';
COMMENT ON COLUMN batch.block IS 'The raw block that holds the transaction, once it is VALID: from then on the batch never changes.';
COMMENT ON COLUMN batch.checkpoint IS 'Signed note over size and root after the batch.';
ALTER TABLE batch ALTER COLUMN envelope SET STORAGE EXTERNAL;
ALTER TABLE batch ALTER COLUMN block SET STORAGE EXTERNAL;
-- One batch in flight: the next one builds on its outcome.
CREATE UNIQUE INDEX batch_in_flight ON batch ((true)) WHERE block IS NULL;

CREATE TABLE tile (
  level smallint NOT NULL CHECK (level >= 0),
  index bigint NOT NULL CHECK (index >= 0),
  hashes bytea NOT NULL CHECK (length(hashes) % 32 = 0 AND length(hashes) BETWEEN 32 AND 8192),
  PRIMARY KEY (level, index)
);
COMMENT ON TABLE tile IS 'C2SP tlog-tiles: 256 hashes of 32 bytes; the last tile of a level has fewer and grows. Holds anchored leaves only.';
ALTER TABLE tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

CREATE TABLE lease (
  name text PRIMARY KEY,
  holder text NOT NULL,
  epoch bigint NOT NULL,
  until timestamptz NOT NULL
);
COMMENT ON TABLE lease IS 'Who leads. Each take-over raises the epoch; what is written under an older one is refused.';

-- 0004-history.sql

-- The history of a type and of the whole system: newest first, in pages that stay right while others write.

CREATE INDEX version_history ON version (type, last_updated, pid);

-- 0005-ledger.sql

-- Consents on their way to the ledger, what events relied on, events that the ledger refuses for good, and what the ledger
-- says of all sites.

CREATE TABLE consent_event (
  consent_pid bigint PRIMARY KEY,
  handle bytea NOT NULL CHECK (length(handle) = 32),
  version integer NOT NULL CHECK (version > 0),
  revoked boolean NOT NULL,
  recorded timestamptz NOT NULL,
  binding timestamptz CHECK (binding >= recorded),
  epoch bigint,
  tx_id text,
  envelope bytea,
  prepared_at timestamptz,
  block_number bigint,
  refused text,
  UNIQUE (handle, version)
);
COMMENT ON TABLE consent_event IS 'The outbox of Consents: one row for each version, left in the transaction that stores it, sent alone and at once.';
COMMENT ON COLUMN consent_event.handle IS 'Keyed pseudonym of the Consent: all that the ledger knows of it.';
COMMENT ON COLUMN consent_event.revoked IS 'The version ends the Consent: deleted, or without a provision in force.';
COMMENT ON COLUMN consent_event.recorded IS 'From when on a decision can have relied on this version.';
COMMENT ON COLUMN consent_event.binding IS 'From when on no decision can have relied on the version before: taken once this one is visible to all.';
COMMENT ON COLUMN consent_event.envelope IS 'The signed transaction, saved before it is sent.';
COMMENT ON COLUMN consent_event.block_number IS 'The block that holds it, once its transaction is VALID.';
COMMENT ON COLUMN consent_event.refused IS 'Why the ledger will never take it; named by holdfast doctor.';
CREATE INDEX consent_event_waiting ON consent_event (consent_pid) WHERE block_number IS NULL AND refused IS NULL;
CREATE INDEX consent_event_unbound ON consent_event (consent_pid) WHERE binding IS NULL;
ALTER TABLE consent_event ALTER COLUMN envelope SET STORAGE EXTERNAL;

CREATE TABLE event_consent (
  event bigint NOT NULL,
  consent_pid bigint NOT NULL,
  PRIMARY KEY (event, consent_pid)
);
COMMENT ON TABLE event_consent IS 'The versions of Consents without which an event would have been a denial.';

CREATE TABLE parked_event (
  event bigint PRIMARY KEY,
  record bytea NOT NULL,
  leaf bytea NOT NULL CHECK (length(leaf) = 32),
  reason text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE parked_event IS 'Events that the ledger refuses for good. In their place of the log stands a leaf that commits to them.';
COMMENT ON COLUMN parked_event.record IS 'holdfast-parked/1: the record that the leaf in the log is the hash of.';

CREATE TABLE ledger_checkpoint (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  block_number bigint NOT NULL,
  header_hash bytea NOT NULL CHECK (length(header_hash) = 32),
  height bigint NOT NULL,
  confirmed_at timestamptz NOT NULL
);
COMMENT ON TABLE ledger_checkpoint IS 'How far the ledger has been followed: changed in the transaction that changes what follows from its blocks.';
COMMENT ON COLUMN ledger_checkpoint.block_number IS 'The last block that the tables ledger_... include.';
COMMENT ON COLUMN ledger_checkpoint.height IS 'Number of blocks of the ledger when it was last asked.';
COMMENT ON COLUMN ledger_checkpoint.confirmed_at IS 'When these tables were last known to include the whole ledger.';

CREATE TABLE ledger_head (
  site text PRIMARY KEY,
  msp_id text NOT NULL,
  tree_size bigint NOT NULL,
  root bytea NOT NULL CHECK (length(root) = 32),
  block_number bigint NOT NULL,
  tx_id text NOT NULL
);
COMMENT ON TABLE ledger_head IS 'The log of every site, as far as it is on the ledger.';

CREATE TABLE ledger_consent (
  handle bytea NOT NULL CHECK (length(handle) = 32),
  version integer NOT NULL,
  msp_id text NOT NULL,
  revoked boolean NOT NULL,
  recorded timestamptz NOT NULL,
  binding timestamptz NOT NULL,
  block_number bigint NOT NULL,
  tx_id text NOT NULL,
  PRIMARY KEY (handle, version)
);
COMMENT ON TABLE ledger_consent IS 'Versions of Consents of all sites, as the ledger has them.';

CREATE TABLE ledger_violation (
  site text NOT NULL,
  first_index bigint NOT NULL,
  handle bytea NOT NULL,
  version integer NOT NULL,
  reason text NOT NULL,
  block_number bigint NOT NULL,
  tx_id text NOT NULL,
  PRIMARY KEY (site, first_index, handle, version)
);
COMMENT ON TABLE ledger_violation IS 'Batches of all sites that the contract marked: they relied on a Consent when it was not in force.';

CREATE TABLE adoption (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  from_genesis text NOT NULL,
  to_genesis text NOT NULL CHECK (to_genesis <> from_genesis),
  tree_size bigint NOT NULL CHECK (tree_size > 0),
  root bytea NOT NULL CHECK (length(root) = 32),
  sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  tx_id text,
  block_number bigint,
  block bytea,
  checkpoint text,
  adopted_at timestamptz,
  CHECK (num_nulls(tx_id, block_number, block, checkpoint, adopted_at) IN (0, 5))
);
COMMENT ON TABLE adoption IS 'At most one row: at which size the log moved, and from where to where. With it the database belongs to the new ledger.';
COMMENT ON COLUMN adoption.from_genesis IS 'Hash of the genesis block of the ledger on which the log began.';
COMMENT ON COLUMN adoption.sealed_at IS 'From here on nothing goes to the ledger before any more.';
COMMENT ON COLUMN adoption.block IS 'The raw block of the new ledger that holds the adoption, once it is VALID.';
COMMENT ON COLUMN adoption.checkpoint IS 'Signed note over size and root, under the origin of the new ledger.';
ALTER TABLE adoption ALTER COLUMN block SET STORAGE EXTERNAL;

CREATE FUNCTION recorded_micros(consent text) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT micros(LEAST(clock_timestamp(), v.last_updated)) FROM version v
  WHERE v.type = 'Consent' AND v.id = split_part(consent, '/', 2) AND v.version = split_part(consent, '/', 4)::integer);
COMMENT ON FUNCTION recorded_micros IS
  'When this version of a Consent (Consent/1/_history/2) was recorded. A decision that relied on it is not dated before.';

-- 0006-blobs.sql

-- Content of Binaries that is too large for a row: kept elsewhere, encrypted; here is where, and what opens it.

ALTER TABLE version ADD COLUMN blob bytea;
ALTER TABLE version ALTER COLUMN blob SET STORAGE PLAIN;
COMMENT ON COLUMN version.blob IS 'Address, key, size and SHA-256 of content that is kept outside the database: AES-256-GCM under the data key.';

CREATE TABLE blob (
  pid bigint PRIMARY KEY,
  address bytea NOT NULL CHECK (length(address) = 32)
);
COMMENT ON TABLE blob IS 'Which versions have content outside the database. Versions may share it.';
COMMENT ON COLUMN blob.address IS 'SHA-256 of what is kept, which is ciphertext.';
CREATE INDEX blob_address ON blob (address);

CREATE TABLE blob_upload (
  upload uuid PRIMARY KEY,
  address bytea CHECK (length(address) = 32),
  touched timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE blob_upload IS 'Content on its way in. The row goes in the transaction that writes the version; what a crash leaves is swept away.';
COMMENT ON COLUMN blob_upload.address IS 'Set before the content can be read there.';
COMMENT ON COLUMN blob_upload.touched IS 'When whoever takes it in last said that it still does.';

-- 0007-jobs.sql

-- Requests that are answered later (FHIR R4 async.html), and their answers until they are fetched or expire.

CREATE TABLE job (
  id uuid PRIMARY KEY,
  owner bigint NOT NULL,
  client bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
  repeatable boolean NOT NULL,
  accepted timestamptz NOT NULL DEFAULT clock_timestamp(),
  started timestamptz,
  finished timestamptz,
  expires timestamptz NOT NULL,
  attempt integer NOT NULL DEFAULT 0,
  interrupted integer NOT NULL DEFAULT 0,
  alive timestamptz,
  steps double precision NOT NULL DEFAULT 0,
  all_steps double precision NOT NULL DEFAULT 0,
  request bytea,
  result bytea
);
COMMENT ON TABLE job IS 'What was asked for with Prefer: respond-async. Rows are removed when they expire or the client says so.';
COMMENT ON COLUMN job.owner IS 'Keyed hash of who asked: user, client and purpose. Nobody else is told that there is a job.';
COMMENT ON COLUMN job.client IS 'Keyed hash of the client, which may have only so many.';
COMMENT ON COLUMN job.repeatable IS 'Whatever was interrupted left nothing behind, so that it may be done again from the start.';
COMMENT ON COLUMN job.attempt IS 'Counts up each time a process takes the job. Only the latest may finish it.';
COMMENT ON COLUMN job.interrupted IS 'How often the process that did it went away.';
COMMENT ON COLUMN job.alive IS 'When the process that does it last said so. Who has been silent for too long has lost the job.';
COMMENT ON COLUMN job.request IS 'Encrypted under a key derived from the master key; null once there is a result.';
COMMENT ON COLUMN job.result IS 'The answer, and the versions that it shows, encrypted likewise.';
ALTER TABLE job ALTER COLUMN request SET STORAGE EXTERNAL;
ALTER TABLE job ALTER COLUMN result SET STORAGE EXTERNAL;
CREATE INDEX job_open ON job (accepted) WHERE state IN ('waiting', 'running');
CREATE INDEX job_client ON job (client);
CREATE INDEX job_expires ON job (expires);

-- 0009-set-based-writes.sql

-- Writes of many resources in few statements, and locks that take no room in the lock table of Postgres.

CREATE UNLOGGED TABLE held_lock (
  key bigint PRIMARY KEY
);
COMMENT ON TABLE held_lock IS
  'Always empty for those who look: who wants a lock inserts its key and deletes it again, and Postgres lets others who insert the same key wait for the end of the transaction.';

CREATE FUNCTION hold(_keys bigint[]) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO held_lock SELECT DISTINCT key FROM unnest(_keys) AS key ORDER BY key;
  DELETE FROM held_lock WHERE key = ANY (_keys);
END;
COMMENT ON FUNCTION hold IS 'Exclusive locks until the end of the transaction, taken in ascending order, as many as there are.';

CREATE FUNCTION lock_resources(_types text[], _ids text[], _keys bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  absent bigint[];
BEGIN
  SELECT array_agg(x.key) INTO absent FROM unnest(_types, _ids, _keys) AS x (type, id, key)
    WHERE NOT EXISTS (SELECT FROM resource r WHERE r.type = x.type AND r.id = x.id);
  IF absent IS NOT NULL THEN
    PERFORM hold(absent);
  END IF;
  PERFORM FROM resource r JOIN unnest(_types, _ids) AS x (type, id) ON r.type = x.type AND r.id = x.id
    ORDER BY r.type, r.id FOR UPDATE OF r;
END $$;
COMMENT ON FUNCTION lock_resources IS
  'Locks resources until the end of the transaction: first the keys of those that are not there, then the rows of all that are there by then, in one '
  'order for all. The other way round, one that comes between the two would be locked by neither.';

CREATE FUNCTION lock_patients(_patients bigint[], _mode text) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  every_patient CONSTANT bigint := 1;
  one bigint;
BEGIN
  IF _mode = 'all' OR cardinality(_patients) > 1000 THEN
    PERFORM pg_advisory_xact_lock(every_patient);
    RETURN;
  END IF;
  PERFORM pg_advisory_xact_lock_shared(every_patient);
  FOR one IN SELECT DISTINCT p FROM unnest(_patients) AS p ORDER BY p LOOP
    IF _mode = 'exclusive' THEN
      PERFORM pg_advisory_xact_lock(one);
    ELSE
      PERFORM pg_advisory_xact_lock_shared(one);
    END IF;
  END LOOP;
END $$;
COMMENT ON FUNCTION lock_patients IS
  'Locks patients until the end of the transaction, in ascending order: exclusive where a Consent is written, shared where a Consent may decide. '
  'For more of them than the lock table has room for, one lock on all.';

CREATE FUNCTION begin_writes(_types text[], _ids text[], _keys bigint[], _patients bigint[], _mode text)
RETURNS TABLE (ord bigint, now bigint, pid bigint, version integer, deleted boolean, last_updated bigint, patient_ids text[], patients bigint[])
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF cardinality(_types) > 0 THEN
    PERFORM lock_resources(_types, _ids, _keys);
  END IF;
  IF _mode <> 'none' THEN
    PERFORM lock_patients(_patients || ARRAY(
      SELECT c.patient FROM unnest(_types, _ids) AS x (type, id) JOIN resource r ON r.type = x.type AND r.id = x.id
      JOIN compartment c ON c.pid = r.pid), _mode);
  END IF;
  RETURN QUERY SELECT 0::bigint, micros(clock_timestamp()), NULL::bigint, NULL::integer, NULL::boolean, NULL::bigint, NULL::text[], NULL::bigint[];
  IF cardinality(_types) > 0 THEN
    RETURN QUERY SELECT x.ord, NULL::bigint, v.pid, v.version, v.deleted, micros(v.last_updated), k.ids, k.hashes
      FROM unnest(_types, _ids) WITH ORDINALITY AS x (type, id, ord)
      JOIN resource r ON r.type = x.type AND r.id = x.id JOIN version v ON v.pid = r.pid
      CROSS JOIN LATERAL (SELECT array_agg(p.id ORDER BY p.id) AS ids, array_agg(p.patient ORDER BY p.id) AS hashes
        FROM compartment c JOIN patient_key p ON p.patient = c.patient WHERE c.pid = v.pid) AS k;
  END IF;
END $$;
COMMENT ON FUNCTION begin_writes IS
  'Locks resources, then patients, those of before included unless the mode is none. The first row has the time, taken when all locks are held; '
  'the others the current versions. Decide in a later statement: this one''s view is older.';

-- 0010-event-places.sql

-- Where events stand in the log: by ranges of rows, so that a batch gets its places without a change to any event.

CREATE TABLE event_place (
  first_index bigint PRIMARY KEY CHECK (first_index >= 0),
  first_event bigint NOT NULL UNIQUE,
  last_event bigint NOT NULL CHECK (last_event >= first_event),
  EXCLUDE USING gist (int8range(first_event, last_event, '[]') WITH &&),
  EXCLUDE USING gist (int8range(first_index, first_index + last_event - first_event, '[]') WITH &&)
);
COMMENT ON TABLE event_place IS
  'Which events have which places in the log: those with the ids first_event to last_event, in this order, from first_index on. Each is of one batch.';

CREATE TABLE event_settled (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  up_to bigint NOT NULL
);
COMMENT ON TABLE event_settled IS
  'One row: up to this id each event that there is has its place, and no other will come. Above it the worker looks for those that have none.';
INSERT INTO event_settled (up_to) VALUES (0);

CREATE FUNCTION place_of(_event bigint) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN p.last_event >= _event THEN p.first_index + _event - p.first_event END
  FROM event_place p WHERE p.first_event <= _event ORDER BY p.first_event DESC LIMIT 1);
COMMENT ON FUNCTION place_of IS 'The place of an event in the log; null while it has none.';

CREATE FUNCTION event_at(_place bigint) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN p.last_event - p.first_event >= _place - p.first_index THEN p.first_event + _place - p.first_index END
  FROM event_place p WHERE p.first_index <= _place ORDER BY p.first_index DESC LIMIT 1);
COMMENT ON FUNCTION event_at IS 'The id of the event at a place of the log; null where there is none.';

-- 0011-nobodys.sql

-- Whether what was stored before decision 67 has been closed.

ALTER TABLE installation ADD COLUMN nobodys_closed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN installation.nobodys_closed IS
  'Whether every version that may be about a patient, and was stored as nobody''s, is in the compartment of the patient that nobody is.';
