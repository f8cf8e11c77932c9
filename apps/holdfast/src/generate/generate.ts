import { transactionText } from './entry.js';
import { hospitals } from './hospitals.js';
import { life, type World } from './life.js';

/** One transaction: its text in JSON, and how many resources it makes. */
export interface Generated {
  /** `hospitals`, or the patient's number. */
  readonly name: string;
  readonly text: string;
  readonly resources: number;
}

/**
 * The transactions of so many patients, one at a time: first the hospitals, doctors and payer that the others refer to by
 * identifier, then a transaction a patient. Nothing but seed and number decides what is in one.
 */
export function* generate(seed: string, patients: number): Generator<Generated> {
  const { entries, ...rest } = hospitals(seed);
  yield { name: 'hospitals', text: transactionText(entries), resources: entries.length };
  const world: World = { seed, ...rest };
  for (let number = 1; number <= patients; number += 1) {
    const made = life(world, number);
    yield { name: `patient-${String(number).padStart(7, '0')}`, text: transactionText(made), resources: made.length };
  }
}
