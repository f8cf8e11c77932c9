-- Whether what was stored before decision 67 has been closed.

ALTER TABLE installation ADD COLUMN nobodys_closed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN installation.nobodys_closed IS
  'Whether every version that may be about a patient, and was stored as nobody''s, is in the compartment of the patient that nobody is.';
