import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { MasterKey } from './master-key.js';
import { seal, unseal } from './seal.js';
import { derived } from './site-keys.js';

/** What the master key wraps: patients' keys, and the keys of what belongs to no single patient. */
export class KeyChain {
  /** Wraps version keys of versions of no patient or of several. */
  readonly shared: KeyObject;
  /** Encrypts the openings of events that are not about exactly one patient. */
  readonly openings: KeyObject;
  /** Names Consents on the ledger. */
  readonly consents: Buffer;
  /** Encrypts requests that are answered later, and their answers. */
  readonly jobs: Buffer;
  readonly #patients: Buffer;

  constructor(master: MasterKey) {
    this.shared = createSecretKey(derived(master, 'wrap version keys'));
    this.openings = createSecretKey(derived(master, 'event openings'));
    this.consents = derived(master, 'ledger consents');
    this.jobs = derived(master, 'jobs');
    this.#patients = derived(master, 'wrap patient keys');
  }

  /** A new key for a patient, wrapped: the only form in which it is ever stored. */
  freshPatientKey(patient: bigint): Buffer {
    return seal(this.#patients, `holdfast patient key ${patient}`, randomBytes(32));
  }

  /** @throws BrokenSeal when this is not the key that was made for this patient. */
  unwrapPatientKey(patient: bigint, wrapped: Uint8Array): KeyObject {
    return createSecretKey(unseal(this.#patients, `holdfast patient key ${patient}`, wrapped));
  }
}
