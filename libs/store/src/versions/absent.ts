// FHIR R4 http.html#create, "Referential Integrity": which resources are not there.
import type { Permit } from '#libs/consent';
import type { Session } from '../postgres/database.js';
import { statement } from '../postgres/statement.js';

export interface ResourceName {
  readonly type: string;
  readonly id: string;
}

/** Those of `names` that have no current version; with a permit, or none that it shows. */
export async function absent(
  names: readonly ResourceName[],
  permit: Permit | undefined,
  session: Session,
): Promise<ResourceName[]> {
  if (names.length === 0) return [];
  return session.run<{ type: string; id: string }>(
    statement((bind) => {
      const types = bind(names.map(({ type }) => type));
      const ids = bind(names.map(({ id }) => id));
      const shown = permit === undefined ? 'true' : permit.predicate('v', bind);
      return `SELECT x.type, x.id FROM unnest(${types}::text[], ${ids}::text[]) AS x (type, id)
        WHERE NOT EXISTS (SELECT FROM resource r JOIN version v ON v.pid = r.pid
          WHERE r.type = x.type AND r.id = x.id AND NOT r.deleted AND ${shown})`;
    }),
  );
}
