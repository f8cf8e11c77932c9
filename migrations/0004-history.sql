-- The history of a type and of the whole system: newest first, in pages that stay right while others write.

CREATE INDEX version_history ON version (type, last_updated, pid);
