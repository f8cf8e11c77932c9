import type { KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Hash64 } from '#libs/consent';
import type { Session } from '../postgres/database.js';
import { prepared } from '../postgres/statement.js';
import type { KeyChain } from './key-chain.js';

interface Known {
  readonly wrapped: Buffer;
  readonly key: KeyObject;
}

interface Row {
  patient: string;
  wrapped: Buffer | null;
}

/** How many patients' keys are kept unwrapped in memory. */
const KEPT = 20_000;

/** The keys of patients, unwrapped at most once while they are in use. */
export class PatientKeys {
  readonly #known = new LRUCache<bigint, Known>({ max: KEPT });

  constructor(
    readonly chain: KeyChain,
    readonly hash64: Hash64,
  ) {}

  hashOf(id: string): bigint {
    return this.hash64('Patient', id);
  }

  /** The key in a row that the caller has read; undefined when it has been destroyed. */
  unwrap(patient: bigint, wrapped: Buffer | null): KeyObject | undefined {
    if (wrapped === null) {
      this.#known.delete(patient);
      return undefined;
    }
    const known = this.#known.get(patient);
    if (known?.wrapped.equals(wrapped)) return known.key;
    const key = this.chain.unwrapPatientKey(patient, wrapped);
    this.#known.set(patient, { wrapped, key });
    return key;
  }

  /**
   * Sees to it that these patients have keys, before a transaction writes about them: made inside, a key could lose against
   * another transaction's after content was encrypted under it.
   */
  async ensure(ids: readonly string[], session: Session): Promise<void> {
    const missing = ids.filter((id) => !this.#known.has(this.hashOf(id)));
    if (missing.length === 0) return;
    const found = new Set((await this.#fetch(missing, session)).map(({ patient }) => BigInt(patient)));
    const lacking = missing.filter((id) => !found.has(this.hashOf(id)));
    if (lacking.length === 0) return;
    await this.#make(lacking, session);
    await this.#fetch(lacking, session);
  }

  /** The patient's key, if there is one that has not been destroyed. */
  async find(id: string, session: Session): Promise<KeyObject | undefined> {
    return this.#known.get(this.hashOf(id))?.key ?? this.current(id, session);
  }

  /** The same, asked of the database and not of memory. */
  async current(id: string, session: Session): Promise<KeyObject | undefined> {
    const [row] = await this.#fetch([id], session);
    return row && this.unwrap(BigInt(row.patient), row.wrapped);
  }

  async #fetch(ids: readonly string[], session: Session): Promise<Row[]> {
    const hashes = ids.map((id) => String(this.hashOf(id)));
    const rows = await session.run<Row>(
      prepared((bind) => `SELECT patient, wrapped FROM patient_key WHERE patient = ANY (${bind(hashes)}::bigint[])`),
    );
    for (const { patient, wrapped } of rows) this.unwrap(BigInt(patient), wrapped);
    return rows;
  }

  async #make(ids: readonly string[], session: Session): Promise<void> {
    const made = ids.toSorted().map((id) => ({ id, patient: this.hashOf(id) }));
    await session.run(
      prepared(
        (bind) => `INSERT INTO patient_key (patient, id, wrapped)
          SELECT * FROM unnest(${bind(made.map(({ patient }) => String(patient)))}::bigint[],
            ${bind(made.map(({ id }) => id))}::text[],
            ${bind(made.map(({ patient }) => this.chain.freshPatientKey(patient)))}::bytea[])
          ON CONFLICT DO NOTHING`,
      ),
    );
  }
}
