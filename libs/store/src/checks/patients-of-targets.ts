import { parseReference } from '#libs/fhir-model';
import type { Session } from '../postgres/database.js';
import { statement } from '../postgres/statement.js';

/** The patients in whose compartments the versions are that a Provenance names as its targets, each once, sorted. */
export async function patientsOfTargets(
  { target = [] }: { target?: readonly { reference?: string }[] },
  session: Session,
): Promise<string[]> {
  const names = target.flatMap(({ reference = '' }) => parseReference(reference) ?? []);
  const column = (name: 'type' | 'id' | 'version') => names.map((one) => one[name] ?? '');
  const rows = await session.run<{ id: string }>(
    statement(
      (bind) => `SELECT DISTINCT k.id
        FROM unnest(${bind(column('type'))}::text[], ${bind(column('id'))}::text[], ${bind(column('version'))}::text[]) AS t (type, id, version)
        JOIN version v ON v.type = t.type AND v.id = t.id AND v.version::text = t.version
        JOIN compartment c ON c.pid = v.pid JOIN patient_key k ON k.patient = c.patient`,
    ),
  );
  return rows.map(({ id }) => id).sort();
}
