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
