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

CREATE FUNCTION recorded_micros(consent text) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT micros(LEAST(clock_timestamp(), v.last_updated)) FROM version v
  WHERE v.type = 'Consent' AND v.id = split_part(consent, '/', 2) AND v.version = split_part(consent, '/', 4)::integer);
COMMENT ON FUNCTION recorded_micros IS
  'When this version of a Consent (Consent/1/_history/2) was recorded. A decision that relied on it is not dated before.';
