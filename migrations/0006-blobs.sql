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
