// A batch that relied on a Consent outside [recorded, binding of the next version), by decision time and not by order of arrival
import type { Reliance } from './append-argument.js';
import { bad, handle, members, positive } from './argument-shape.js';
import type { Json } from './canonical-json.js';
import type { ConsentVersion } from './consent-record.js';

/**
 * `UNKNOWN`: no such version is on the ledger. `EARLY`: relied on before it was recorded. `ENDED`: relied on when the next
 * version, or an escape, was binding. `REVOKED`: the version is itself a revocation. `BACKDATED`: decided longer before what the log had
 * already named than the bound allows.
 */
export type ViolationReason = (typeof REASONS)[number];
const REASONS = ['UNKNOWN', 'EARLY', 'ENDED', 'REVOKED', 'BACKDATED'] as const;

export interface Violation {
  handle: string;
  version: number;
  reason: ViolationReason;
}

/** Throws a `BAD_ARGUMENT` refusal for what is none. */
export function readViolation(value: Json): Violation {
  const given = members(value, ['handle', 'reason', 'version']);
  const reason = REASONS.find((one) => one === given.reason);
  if (reason === undefined) throw bad('reason is none of a violation');
  return { handle: handle(given.handle), version: positive('version', given.version), reason };
}

/** A version of a Consent and the one after it, as far as they are on the ledger. */
export interface Interval {
  version: ConsentVersion | undefined;
  next: ConsentVersion | undefined;
  /** From when on an escape that counts has ended the version; microseconds. */
  escaped?: number | undefined;
}

/** What is wrong with relying on this version, judged by what is on the ledger; undefined when nothing is. */
export function outside(relied: Reliance, { version, next, escaped }: Interval): ViolationReason | undefined {
  if (version === undefined) return 'UNKNOWN';
  if (version.state === 'revoked') return 'REVOKED';
  if (relied.earliest < version.recorded) return 'EARLY';
  const binding = Math.min(next?.binding ?? Number.POSITIVE_INFINITY, escaped ?? Number.POSITIVE_INFINITY);
  return relied.latest >= binding ? 'ENDED' : undefined;
}

/** What is wrong when it arrives: also a decision time that lies too far before what the log has named so far. */
export function onArrival(relied: Reliance, interval: Interval, notBefore: number): ViolationReason | undefined {
  return outside(relied, interval) ?? (relied.earliest < notBefore ? 'BACKDATED' : undefined);
}
