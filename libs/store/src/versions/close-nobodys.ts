import { NOBODY, typesNeverOpen } from '#libs/search';
import type { PatientKeys } from '../keys/patient-keys.js';
import type { Session } from '../postgres/database.js';
import { statement } from '../postgres/statement.js';

/** Versions looked at by one statement. */
const AT_ONCE = 100_000;

/**
 * Once in the life of a database: every version of a type that is never open, stored in no compartment before there was decision 67, is put
 * into that of the patient that nobody is. Of what is cut off nothing is lost, and the next start does the rest.
 */
export async function closeNobodys(session: Session, keys: PatientKeys): Promise<void> {
  const [found] = await session.run<{ done: boolean; last: string }>(
    statement(
      () => 'SELECT nobodys_closed AS done, (SELECT coalesce(max(pid), 0) FROM version) AS last FROM installation',
    ),
  );
  if (found === undefined || found.done) return;
  if (found.last !== '0') await keys.ensure([NOBODY], session);
  for (let from = 0; from < Number(found.last); from += AT_ONCE) await closeSome(from, session, keys);
  await session.run(statement(() => 'UPDATE installation SET nobodys_closed = true'));
}

async function closeSome(from: number, session: Session, keys: PatientKeys): Promise<void> {
  await session.run(
    statement(
      (bind) => `INSERT INTO compartment (pid, patient)
        SELECT v.pid, ${bind(String(keys.hashOf(NOBODY)))}::bigint FROM version v
        WHERE v.pid > ${bind(from)} AND v.pid <= ${bind(from + AT_ONCE)} AND v.type = ANY (${bind(typesNeverOpen())}::text[])
          AND NOT EXISTS (SELECT FROM compartment c WHERE c.pid = v.pid)
        ON CONFLICT DO NOTHING`,
    ),
  );
}
