-- The move of the site's log to another ledger.

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
