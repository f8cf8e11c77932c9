-- The search index: rows of current versions only. What a row means is libs/search's; 64-bit hashes are keyed, so that
-- nobody reads a code from them or makes two values collide. Normalised strings, dates and numbers are readable.

-- patient: hash64('Patient', id) where the resource is in exactly one patient's compartment, otherwise 0.
create table index_hash (
  hash bigint not null,
  pid bigint not null,
  patient bigint not null default 0,
  primary key (hash, pid)
);
create index index_hash_patient on index_hash (patient, hash, pid);

create table index_string (
  param bigint not null,
  value text collate "C" not null,
  pid bigint not null
);
create index index_string_value on index_string (param, value, pid);
create index index_string_pid on index_string (pid, param, value);

-- Dates: [low, high) in milliseconds since 1970. Numbers: low is the value, high - low half a unit of its last digit.
create table index_range (
  param bigint not null,
  low float8 not null,
  high float8 not null,
  pid bigint not null
);
create index index_range_low on index_range (param, low, high, pid);
create index index_range_pid on index_range (pid, param, low, high);

-- One row per current version: which parameters have a value (for :missing), and its rows of index_hash, to delete them by.
create table index_entry (
  pid bigint primary key,
  present bigint[] not null,
  hashes bigint[] not null
);
