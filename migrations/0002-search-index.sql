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
