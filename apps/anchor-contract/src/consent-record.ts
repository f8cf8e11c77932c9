// Consents on the ledger: a key for each version, written once
import { bad, count, handle, members, positive } from './argument-shape.js';
import type { ConsentArgument } from './consent-argument.js';
import { stored, text } from './stored.js';

export const CONSENT_FORMAT = 'holdfast-consent/1';

/** The value under `consent:<handle>:<version>`. Nothing in it says whose Consent it is or what it allows. */
export interface ConsentVersion {
  format: typeof CONSENT_FORMAT;
  handle: string;
  version: number;
  state: 'recorded' | 'revoked';
  recorded: number;
  binding: number;
  /** MSP id of who recorded it: the custodian, who is whoever recorded version 1. */
  by: string;
  txId: string;
}

const MEMBERS = ['binding', 'by', 'format', 'handle', 'recorded', 'state', 'txId', 'version'];

export const versionKey = (handleOf: string, version: number): string => `consent:${handleOf}:${version}`;

function versionOf(value: unknown): ConsentVersion {
  const given = members(value, MEMBERS);
  const { format, state } = given;
  if (format !== CONSENT_FORMAT) throw bad('the format of the Consent is unknown');
  if (state !== 'recorded' && state !== 'revoked') throw bad('state is neither recorded nor revoked');
  const times = { recorded: count('recorded', given.recorded), binding: count('binding', given.binding) };
  const by = { by: text('by', given.by), txId: text('txId', given.txId) };
  return { format, handle: handle(given.handle), version: positive('version', given.version), state, ...times, ...by };
}

/** The version; undefined where there is none. Refuses BAD_STATE for what is none. */
export function readVersion(state: Uint8Array): ConsentVersion | undefined {
  return stored(state, 'a version of the Consent', versionOf);
}

/** Whether the stored version says what the argument says. */
export function isSame(
  version: Pick<ConsentVersion, 'recorded' | 'binding' | 'state'>,
  argument: Pick<ConsentArgument, 'recorded' | 'binding'>,
  state: ConsentVersion['state'],
): boolean {
  const { recorded, binding } = argument;
  return version.recorded === recorded && version.binding === binding && version.state === state;
}
