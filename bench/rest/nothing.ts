// What stands in for consent and events where `bench/rest/off.ts` takes them out: this much less work is done, and no more.
import { randomBytes } from 'node:crypto';

/** In place of libs/consent's predicate: everything may be shown and recorded, and no Consent decided. */
export function mayDisclose(): string {
  return 'true';
}
export function decidingConsent(): string {
  return 'NULL::text';
}

const EVENT = { eventId: randomBytes(16), record: randomBytes(300), leaf: randomBytes(32), opening: randomBytes(300) };

/** In place of libs/evidence's: always the same one. */
export function makeEvent() {
  return EVENT;
}
export function commitments(): never {
  throw new Error('there are no events');
}

/** In place of libs/store's: never encrypted. */
const ROW = { ...EVENT, decision: 'permit', time: 0n, patient: null, subject: null, patients: [], consents: [] };
export async function eventRow() {
  return ROW;
}
export function subjectHash(): bigint {
  return 0n;
}

/** In place of libs/store's: no statement records anything. */
export function eventCtes(): string[] {
  return [];
}

/** In place of libs/store's: nothing is recorded, and the worker is not told. */
export class GroupCommit {
  async record(): Promise<void> {
    // Nothing.
  }
}
export class WakeUp {
  readonly soon = (): void => undefined;
  close(): void {
    // Nothing.
  }
}
