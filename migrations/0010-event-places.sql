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

INSERT INTO event_place (first_index, first_event, last_event)
SELECT min(leaf_index), min(id), max(id)
FROM (SELECT id, leaf_index, sum(begins) OVER (ORDER BY leaf_index) AS run
  FROM (SELECT e.id, e.leaf_index,
      (b.first_index IS NOT NULL OR e.id <> lag(e.id) OVER (ORDER BY e.leaf_index) + 1)::integer AS begins
    FROM event e LEFT JOIN batch b ON b.first_index = e.leaf_index WHERE e.leaf_index IS NOT NULL) AS placed) AS runs
GROUP BY run;

ALTER TABLE event DROP COLUMN leaf_index;
COMMENT ON COLUMN event.id IS 'Not the order of commit: the worker takes what has no place, never what is behind the last id.';

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
