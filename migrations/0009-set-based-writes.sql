-- Writes of many resources in few statements, and locks that take no room in the lock table of Postgres.

CREATE UNLOGGED TABLE held_lock (
  key bigint PRIMARY KEY
);
COMMENT ON TABLE held_lock IS
  'Always empty for those who look: who wants a lock inserts its key and deletes it again, and Postgres lets others who insert the same key wait for the end of the transaction.';

CREATE FUNCTION hold(_keys bigint[]) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
  INSERT INTO held_lock SELECT DISTINCT key FROM unnest(_keys) AS key ORDER BY key;
  DELETE FROM held_lock WHERE key = ANY (_keys);
END;
COMMENT ON FUNCTION hold IS 'Exclusive locks until the end of the transaction, taken in ascending order, as many as there are.';

CREATE FUNCTION lock_resources(_types text[], _ids text[], _keys bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  absent bigint[];
BEGIN
  SELECT array_agg(x.key) INTO absent FROM unnest(_types, _ids, _keys) AS x (type, id, key)
    WHERE NOT EXISTS (SELECT FROM resource r WHERE r.type = x.type AND r.id = x.id);
  IF absent IS NOT NULL THEN
    PERFORM hold(absent);
  END IF;
  PERFORM FROM resource r JOIN unnest(_types, _ids) AS x (type, id) ON r.type = x.type AND r.id = x.id
    ORDER BY r.type, r.id FOR UPDATE OF r;
END $$;
COMMENT ON FUNCTION lock_resources IS
  'Locks resources until the end of the transaction: first the keys of those that are not there, then the rows of all that are there by then, in one '
  'order for all. The other way round, one that comes between the two would be locked by neither.';

CREATE FUNCTION lock_patients(_patients bigint[], _mode text) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  every_patient CONSTANT bigint := 1;
  one bigint;
BEGIN
  IF _mode = 'all' OR cardinality(_patients) > 1000 THEN
    PERFORM pg_advisory_xact_lock(every_patient);
    RETURN;
  END IF;
  PERFORM pg_advisory_xact_lock_shared(every_patient);
  FOR one IN SELECT DISTINCT p FROM unnest(_patients) AS p ORDER BY p LOOP
    IF _mode = 'exclusive' THEN
      PERFORM pg_advisory_xact_lock(one);
    ELSE
      PERFORM pg_advisory_xact_lock_shared(one);
    END IF;
  END LOOP;
END $$;
COMMENT ON FUNCTION lock_patients IS
  'Locks patients until the end of the transaction, in ascending order: exclusive where a Consent is written, shared where a Consent may decide. '
  'For more of them than the lock table has room for, one lock on all.';

CREATE FUNCTION begin_writes(_types text[], _ids text[], _keys bigint[], _patients bigint[], _mode text)
RETURNS TABLE (ord bigint, now bigint, pid bigint, version integer, deleted boolean, last_updated bigint, patient_ids text[], patients bigint[])
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF cardinality(_types) > 0 THEN
    PERFORM lock_resources(_types, _ids, _keys);
  END IF;
  IF _mode <> 'none' THEN
    PERFORM lock_patients(_patients || ARRAY(
      SELECT c.patient FROM unnest(_types, _ids) AS x (type, id) JOIN resource r ON r.type = x.type AND r.id = x.id
      JOIN compartment c ON c.pid = r.pid), _mode);
  END IF;
  RETURN QUERY SELECT 0::bigint, micros(clock_timestamp()), NULL::bigint, NULL::integer, NULL::boolean, NULL::bigint, NULL::text[], NULL::bigint[];
  IF cardinality(_types) > 0 THEN
    RETURN QUERY SELECT x.ord, NULL::bigint, v.pid, v.version, v.deleted, micros(v.last_updated), k.ids, k.hashes
      FROM unnest(_types, _ids) WITH ORDINALITY AS x (type, id, ord)
      JOIN resource r ON r.type = x.type AND r.id = x.id JOIN version v ON v.pid = r.pid
      CROSS JOIN LATERAL (SELECT array_agg(p.id ORDER BY p.id) AS ids, array_agg(p.patient ORDER BY p.id) AS hashes
        FROM compartment c JOIN patient_key p ON p.patient = c.patient WHERE c.pid = v.pid) AS k;
  END IF;
END $$;
COMMENT ON FUNCTION begin_writes IS
  'Locks resources, then patients, those of before included unless the mode is none. The first row has the time, taken when all locks are held; '
  'the others the current versions. Decide in a later statement: this one''s view is older.';

DROP FUNCTION begin_write;
