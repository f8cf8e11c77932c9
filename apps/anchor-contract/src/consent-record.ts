// Consents on the ledger: one key for each version, written once, and one that says who keeps the Consent and how far it has come

import { canonicalJson, type JsonObject } from './canonical-json.js';
import type { ConsentArgument } from './consent-argument.js';

export const CONSENT_FORMAT = 'holdfast-consent/1';

/** The value under `consent:<handle>:<version>`. Nothing in it says whose Consent it is or what it allows. */
export interface ConsentVersion {
  format: typeof CONSENT_FORMAT;
  handle: string;
  version: number;
  state: 'recorded' | 'revoked';
  recorded: number;
  binding: number;
  /** MSP id of who recorded it: the custodian, or a witness once the custodian had vanished. */
  by: string;
  txId: string;
}

/** The value under `consent:<handle>`. */
export interface ConsentHead {
  custodian: string;
  site: string;
  version: number;
  recorded: number;
  witnesses: readonly string[];
  /** The last transaction's own time, milliseconds. */
  at: number;
  /**
   * The last version, where witnesses have revoked in the custodian's stead. It stands here and under no key of its own: a key that
   * does not exist yet has no policy but the channel's, which asks for the one who has vanished. The custodian's next version
   * gives it its key.
   */
  escaped?: ConsentVersion;
}

export const headKey = (handle: string): string => `consent:${handle}`;
export const versionKey = (handle: string, version: number): string => `consent:${handle}:${version}`;

function read<T>(state: Uint8Array): T | undefined {
  return state.length === 0 ? undefined : (JSON.parse(Buffer.from(state).toString('utf8')) as T);
}

export const readHead = (state: Uint8Array): ConsentHead | undefined => read<ConsentHead>(state);
export const readVersion = (state: Uint8Array): ConsentVersion | undefined => read<ConsentVersion>(state);

export function valueText(value: ConsentHead | ConsentVersion): string {
  return canonicalJson(value as unknown as JsonObject);
}

/** Whether the stored version says what the argument says. */
export function isSame(
  stored: ConsentVersion,
  argument: Pick<ConsentArgument, 'recorded' | 'binding'>,
  state: ConsentVersion['state'],
): boolean {
  const { recorded, binding } = argument;
  return stored.recorded === recorded && stored.binding === binding && stored.state === state;
}
