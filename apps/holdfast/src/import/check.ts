import { awaitReceipt, Patience, type Receipt } from './await-receipt.js';
import type { FhirConnection } from './fhir-connection.js';
import type { ImportOptions, ReceiptVerdict, VerifyReceipt } from './import-options.js';
import { inParallel } from './in-parallel.js';
import { WORKERS } from './load.js';
import { PatientConnections } from './patient-connections.js';
import { Progress } from './progress.js';
import { type DenialOnRecord, readBack } from './read-back.js';
import type { Stored } from './store-resource.js';

/** Counts of a check, and what does not add up, each as `name: reason`. */
export interface Checked {
  equal: number;
  anchored: number;
  verified: number;
  withheld: number;
  /** Of those withheld: read back equal by the patient whose record it is. */
  shownToPatient: number;
  failures: string[];
}

const PATIENCE = 120_000;

/** One check of what was stored: read all back, then wait for all receipts and verify them. */
export class Check {
  private readonly checked: Checked = {
    equal: 0,
    anchored: 0,
    verified: 0,
    withheld: 0,
    shownToPatient: 0,
    failures: [],
  };
  private readonly withheld = new Set<string>();
  /** SHA-256 of what was read, for the version that was current. */
  private readonly read = new Map<Stored, string>();
  /** Who could read what was withheld from us. */
  private readonly readers = new Map<Stored, FhirConnection>();
  private readonly patients: PatientConnections;
  private readonly denialOnRecord: DenialOnRecord;
  private readonly verifyReceipt: VerifyReceipt;

  constructor(
    private readonly connection: FhirConnection,
    private readonly options: ImportOptions,
  ) {
    if (!options.verifyReceipt) throw new TypeError('A check needs verifyReceipt');
    this.verifyReceipt = options.verifyReceipt;
    this.patients = new PatientConnections(options);
    this.denialOnRecord = options.denialOnRecord ?? (() => Promise.resolve(false));
  }

  async run(stored: Stored[]): Promise<Checked> {
    const latest = [...new Map(stored.map((version) => [keyOf(version), version])).values()];
    const reading = new Progress(this.options.out, 'Reading', latest.length);
    await inParallel(latest, WORKERS, (version) => this.readOne(version, reading));
    reading.finish();

    const anchoring = new Progress(this.options.out, 'Anchoring', stored.length);
    const patience = new Patience(this.options.patienceMilliseconds ?? PATIENCE);
    await inParallel(stored, WORKERS, async (version) => {
      const receipt = await awaitReceipt(this.readers.get(version) ?? this.connection, version, patience, () =>
        anchoring.tick(),
      );
      this.receive(version, receipt);
      anchoring.advance();
    });
    anchoring.finish();
    await this.patients.close();
    return this.checked;
  }

  private async readOne(stored: Stored, progress: Progress): Promise<void> {
    const outcome = await readBack(this.connection, stored, this.denialOnRecord);
    if ('reason' in outcome) this.fail(stored, outcome.reason);
    else if ('withheld' in outcome) await this.withhold(stored);
    else this.settle(stored, outcome.sha256);
    progress.advance();
  }

  private receive(stored: Stored, receipt: Receipt): void {
    if ('text' in receipt) {
      this.checked.anchored++;
      this.verify(stored, receipt.text);
    } else if (receipt.missing !== 'absent' || !this.withheld.has(keyOf(stored))) {
      this.fail(stored, receipt.reason);
    }
  }

  private verify(stored: Stored, text: string): void {
    const { verdict, detail } = this.verdict(stored, text);
    if (verdict === 'OK') this.checked.verified++;
    else this.fail(stored, `its receipt is ${verdict}${detail === undefined ? '' : ` (${detail})`}`);
  }

  private verdict(stored: Stored, text: string): ReceiptVerdict {
    try {
      const { type, id, version } = stored;
      const sha256 = this.read.get(stored);
      return this.verifyReceipt(text, { type, id, version, ...(sha256 === undefined ? {} : { sha256 }) });
    } catch (error) {
      return { verdict: 'unreadable', detail: error instanceof Error ? error.message : String(error) };
    }
  }

  private settle(stored: Stored, sha256: string): void {
    this.checked.equal++;
    this.read.set(stored, sha256);
  }

  private async withhold(stored: Stored): Promise<void> {
    this.checked.withheld++;
    this.withheld.add(keyOf(stored));
    for (const patient of stored.patients) {
      const connection = await this.patients.of(patient);
      const outcome = connection && (await readBack(connection, stored, () => Promise.resolve(true)));
      if (!connection || !outcome || 'withheld' in outcome) continue;
      if ('reason' in outcome) this.fail(stored, `read by Patient/${patient}: ${outcome.reason}`);
      else this.showTo(connection, stored, outcome.sha256);
      return;
    }
  }

  private showTo(patient: FhirConnection, stored: Stored, sha256: string): void {
    this.checked.shownToPatient++;
    this.readers.set(stored, patient);
    this.read.set(stored, sha256);
  }

  private fail({ name, type, id }: Stored, reason: string): void {
    this.checked.failures.push(`${name} (${type}/${id}): ${reason}`);
  }
}

function keyOf({ type, id }: Stored): string {
  return `${type}/${id}`;
}
