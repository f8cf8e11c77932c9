/** The events of writes are part of the statement that writes: the database drops them. */
export const EVENTS_OFF = `
  CREATE FUNCTION dropped() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
  CREATE TRIGGER off BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION dropped();`;
