// The query `consent`: all that the ledger knows of one Consent
import type { Context } from 'fabric-contract-api';
import { storedVersion } from './consent-ledger.js';
import type { ConsentVersion } from './consent-record.js';
import type { Escapes, JudgedEscape } from './escapes.js';
import { Refusal } from './refusal.js';

export interface ConsentStory {
  custodian: string;
  handle: string;
  /** Of the last version: the custodian's site, and who may end it in the custodian's stead. Absent where nobody may. */
  site?: string;
  witnesses?: readonly string[];
  /** From the first. */
  versions: ConsentVersion[];
  /** What witnesses have written to end a version, whether it counts or not. */
  escapes: JudgedEscape[];
}

/** Refuses UNKNOWN_CONSENT, and BAD_STATE where a version cannot be read. */
export async function consentStory(ctx: Context, handle: string, judge: Escapes): Promise<ConsentStory> {
  const versions: ConsentVersion[] = [];
  const escapes: JudgedEscape[] = [];
  let place: Pick<ConsentStory, 'site' | 'witnesses'> = {};
  for (;;) {
    const version = await storedVersion(ctx, handle, versions.length + 1);
    if (version === undefined) break;
    const { wayOut, escapes: made } = await judge.of(version);
    place = wayOut ? { site: wayOut.site, witnesses: wayOut.witnesses } : {};
    versions.push(version);
    escapes.push(...made);
  }
  const [first] = versions;
  if (first === undefined) throw new Refusal('UNKNOWN_CONSENT', 'no such Consent is on the ledger');
  return { custodian: first.by, handle, ...place, versions, escapes };
}
