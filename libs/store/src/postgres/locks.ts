import type { Hash64 } from '#libs/consent';
import { bigints, texts } from './binary-array.js';
import type { Session } from './database.js';
import { prepared } from './statement.js';

/** What a transaction of several interactions keeps others from. */
export interface Locks {
  /** Texts that name what is searched for before something is written because of what was found. */
  readonly matches?: readonly string[];
  /** Resources to be written, existing or not. */
  readonly resources?: readonly { readonly type: string; readonly id: string }[];
}

/** Locks until the end of the transaction, as many as there are: matches, then resources, each kind in one order for all. */
export async function takeLocks(
  { matches = [], resources = [] }: Locks,
  session: Session,
  hash64: Hash64,
): Promise<void> {
  if (matches.length > 0) {
    const keys = bigints(matches.map((match) => hash64('match lock', match)));
    await session.run(prepared((bind) => `SELECT hold(${bind(keys)}::bigint[])`));
  }
  if (resources.length > 0) {
    const keys = bigints(resources.map(({ type, id }) => hash64('resource lock', type, id)));
    const types = texts(resources.map(({ type }) => type));
    const ids = texts(resources.map(({ id }) => id));
    await session.run(
      prepared(
        (bind) => `SELECT lock_resources(${bind(types)}::text[], ${bind(ids)}::text[], ${bind(keys)}::bigint[])`,
      ),
    );
  }
}
