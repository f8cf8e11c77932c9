// The contract's words about Consents: which version a batch relied on, what was wrong with it, and the version itself
import type { JsonValue } from '#libs/fhir-json';
import { FormatError } from './format-error.js';
import { canonicalValue } from './opening.js';
import { count, object, text } from './shape.js';

/** That events relied on a version of a Consent. Times are microseconds since 1970. */
export interface Reliance {
  /** Keyed pseudonym of the Consent, 32 bytes in base64url. */
  handle: string;
  version: number;
  earliest: number;
  latest: number;
}

export interface Violation {
  handle: string;
  version: number;
  /** `UNKNOWN`, `EARLY`, `ENDED`, `REVOKED` or `BACKDATED`. */
  reason: string;
}

/** In the order that the contract demands: by the text of the handle, then by version. */
export function sortedReliances(consents: readonly Reliance[]): Reliance[] {
  const all = consents.map(({ earliest, handle, latest, version }) => ({ earliest, handle, latest, version }));
  return all.sort((a, b) => (a.handle === b.handle ? a.version - b.version : a.handle < b.handle ? -1 : 1));
}

function handleText(value: JsonValue | undefined, name: string): string {
  const handle = text(value, name);
  const bytes = Buffer.from(handle, 'base64url');
  if (bytes.length !== 32 || bytes.toString('base64url') !== handle) throw new FormatError(`${name} is no handle`);
  return handle;
}

export function readReliance(value: JsonValue, name: string): Reliance {
  const members = object(value, name, ['earliest', 'handle', 'latest', 'version']);
  return {
    handle: handleText(members.handle, `${name}.handle`),
    version: count(members.version, `${name}.version`),
    earliest: count(members.earliest, `${name}.earliest`),
    latest: count(members.latest, `${name}.latest`),
  };
}

export function readViolation(value: JsonValue, name: string): Violation {
  const members = object(value, name, ['handle', 'reason', 'version']);
  return {
    handle: handleText(members.handle, `${name}.handle`),
    version: count(members.version, `${name}.version`),
    reason: text(members.reason, `${name}.reason`),
  };
}

/** What the contract writes under `consent:<handle>:<version>`. */
export interface ConsentValue {
  handle: string;
  version: number;
  revoked: boolean;
  /** From when on this version can have been relied on, microseconds. */
  recorded: number;
  /** From when on nobody can have relied on the version before. */
  binding: number;
  /** MSP id of who recorded it. */
  by: string;
  txId: string;
}

const CONSENT_FORMAT = 'holdfast-consent/1';
const CONSENT_MEMBERS = ['format', 'handle', 'version', 'state', 'recorded', 'binding', 'by', 'txId'];

/** Reads that value. Throws FormatError for anything but its one spelling. */
export function readConsentValue(source: Uint8Array): ConsentValue {
  const members = object(canonicalValue(source, 'the Consent'), 'the Consent', CONSENT_MEMBERS);
  if (members.format !== CONSENT_FORMAT) throw new FormatError('the Consent is of an unknown format');
  const state = text(members.state, 'state');
  if (state !== 'recorded' && state !== 'revoked') throw new FormatError('the state of the Consent is unknown');
  return {
    handle: handleText(members.handle, 'handle'),
    version: count(members.version, 'version'),
    revoked: state === 'revoked',
    recorded: count(members.recorded, 'recorded'),
    binding: count(members.binding, 'binding'),
    by: text(members.by, 'by'),
    txId: text(members.txId, 'txId'),
  };
}
