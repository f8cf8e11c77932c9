// SMART App Launch 2.2, a patient's own access: what a Consent withholds from the importing system, its patient still sees.
import { FhirConnection } from './fhir-connection.js';
import type { ImportOptions } from './import-options.js';

const CONNECTIONS = 2;

/** Connections of patients to the server, one a patient, opened when first needed. Close them when done. */
export class PatientConnections {
  private readonly open = new Map<string, Promise<FhirConnection>>();

  constructor(private readonly options: Pick<ImportOptions, 'base' | 'patientToken'>) {}

  /** Undefined where no tokens of patients can be had. */
  of(patient: string): Promise<FhirConnection> | undefined {
    const { base, patientToken } = this.options;
    if (!patientToken) return undefined;
    const known =
      this.open.get(patient) ?? patientToken(patient).then((token) => new FhirConnection(base, token, CONNECTIONS));
    this.open.set(patient, known);
    return known;
  }

  async close(): Promise<void> {
    for (const connection of this.open.values()) (await connection).close();
  }
}
