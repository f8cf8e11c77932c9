// Consents and batches that rely on them, as the tests say them
import { createHash } from 'node:crypto';
import { AnchorContract } from '../src/anchor-contract.js';
import { LedgerState } from './ledger-state.js';
import { batchAfter, leafOf, textOf } from './plain-log.js';

export const OWN = 'HospitalAMSP';
export const OTHER = 'HospitalBMSP';
export const SITE = 'ward.example';
export const contract = new AnchorContract({
  decisionBoundSeconds: 900,
  vanishedAfterDays: 30,
  clockBoundSeconds: 900,
});

export const handleOf = (name: string): string => createHash('sha256').update(name).digest('base64url');

export interface Step {
  version: number;
  recorded?: number;
  binding?: number;
  name?: string;
  witnesses?: string[];
  site?: string;
}

export function consentText({ name = 'c', version, recorded = version * 1000, ...more }: Step): string {
  const binding = more.binding ?? recorded;
  return textOf({
    binding,
    handle: handleOf(name),
    recorded,
    site: more.site ?? SITE,
    version,
    witnesses: more.witnesses ?? [OTHER],
  });
}

export const put = (state: LedgerState, step: Step, mspId = OWN): Promise<void> =>
  contract.putConsent(state.context(mspId), consentText(step));

export const revoke = (state: LedgerState, step: Step): Promise<void> =>
  contract.revokeConsent(state.context(OWN), consentText(step));

/** The microseconds of the state's time, and so many seconds more. */
export const microsOf = (state: LedgerState, seconds = 0): number => (state.time.getTime() + seconds * 1000) * 1000;

/** A witness asks for version `version` as a revocation; it binds at the time of its transaction, or as the step says. */
export function standIn(state: LedgerState, step: Step, mspId = OTHER, by = contract): Promise<void> {
  const recorded = step.recorded ?? microsOf(state);
  return by.revokeConsent(state.context(mspId), consentText({ ...step, recorded, witnesses: [OWN] }));
}

/** All that the query `consent` tells. */
export async function storyOf(state: LedgerState, by = contract, name = 'c') {
  return JSON.parse(await by.consent(state.context(OWN), textOf({ handle: handleOf(name) })));
}

export interface Relied {
  version: number;
  earliest: number;
  latest?: number;
  name?: string;
}

/** A log that is written batch by batch, each of one leaf. */
export class Log {
  private readonly leaves: Buffer[] = [];

  constructor(private readonly state: LedgerState) {}

  /** Appends a batch that relied on these; gives what it was marked with. */
  async relies(...relied: Relied[]): Promise<{ version: number; reason: string }[]> {
    const leaf = leafOf(`${this.leaves.length}`);
    const consents = relied
      .map(({ name = 'c', version, earliest, latest = earliest }) => ({
        earliest,
        handle: handleOf(name),
        latest,
        version,
      }))
      .sort((a, b) => (a.handle === b.handle ? a.version - b.version : a.handle < b.handle ? -1 : 1));
    const batch = batchAfter(SITE, this.leaves, [leaf]);
    const text = textOf(consents.length > 0 ? { ...batch, consents } : batch);
    await contract.append(this.state.context(OWN), text);
    this.leaves.push(leaf);
    const { violations } = JSON.parse(this.state.values.get(`log:${SITE}`)!.toString());
    return violations;
  }

  async since(index: number) {
    const text = textOf({ since: index, site: SITE });
    return JSON.parse(await contract.violations(this.state.context(OWN), text));
  }
}
