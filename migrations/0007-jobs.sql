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
