import type { MasterKey } from '../keys/master-key.js';
import type { Session } from './database.js';
import { statement } from './statement.js';

/** Binds the database to a master key at its first start. Throws Error when it is bound to another. */
export async function bindMasterKey(session: Session, { id }: MasterKey): Promise<void> {
  await session.run(
    statement((bind) => `INSERT INTO installation (master_key) VALUES (${bind(id)}) ON CONFLICT DO NOTHING`),
  );
  const [row] = await session.run<{ master_key: string }>(statement(() => 'SELECT master_key FROM installation'));
  if (row?.master_key !== id) {
    throw new Error(
      'This database belongs to another master key: what it holds could not be read, and nothing is made new',
    );
  }
}

/** The same for the ledger, named by the hash of its genesis block. */
export async function bindGenesis(session: Session, genesis: string): Promise<void> {
  const [row] = await session.run<{ genesis: string }>(
    statement((bind) => `UPDATE installation SET genesis = coalesce(genesis, ${bind(genesis)}) RETURNING genesis`),
  );
  if (row?.genesis !== genesis)
    throw new Error('This database belongs to another ledger: its receipts would not agree with it');
}
