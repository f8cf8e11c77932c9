// Beside each version of a Consent a key by which its witnesses may end it when the custodian has vanished
import { bad, count, members } from './argument-shape.js';
import { canonicalJson, type Json, type JsonObject } from './canonical-json.js';
import { perhapsEmpty, stored, text } from './stored.js';

export const ESCAPE_FORMAT = 'holdfast-escape/1';

/** That witnesses have ended the version in the custodian's stead. */
export interface Escape {
  /** MSP id of the witness. */
  by: string;
  recorded: number;
  /** From when on nobody can have relied on the version. */
  binding: number;
  txId: string;
}

/**
 * The value under `escape:<handle>:<version>`, written with the version. From then on a majority of the witnesses may change it, and
 * nobody else: neither may the custodian take their way out from them, nor does what they write stand in the custodian's way, who
 * never writes it again.
 */
export interface WayOut {
  format: typeof ESCAPE_FORMAT;
  /** The custodian's site, by whose log is seen whether it has vanished. */
  site: string;
  witnesses: readonly string[];
  /** The transaction's own time when the version was written, milliseconds. */
  at: number;
  escaped?: Escape;
}

export const escapeKey = (handle: string, version: number): string => `escape:${handle}:${version}`;

function escapeOf(value: Json): Escape {
  const given = members(value, ['binding', 'by', 'recorded', 'txId']);
  const times = { recorded: count('recorded', given.recorded), binding: count('binding', given.binding) };
  return { by: text('by', given.by), ...times, txId: text('txId', given.txId) };
}

function wayOutOf(value: unknown): WayOut {
  const given = members(value, ['at', 'format', 'site', 'witnesses'], ['escaped']);
  const { format, escaped } = given;
  if (format !== ESCAPE_FORMAT) throw bad('the format of the way out is unknown');
  const witnesses = perhapsEmpty('witnesses', given.witnesses).map((one) => text('witness', one));
  const open = { format, site: text('site', given.site), witnesses, at: count('at', given.at) } as const;
  return escaped === undefined ? open : { ...open, escaped: escapeOf(escaped) };
}

/** The way out; undefined where there is none. Refuses BAD_STATE for what is none. */
export function readWayOut(state: Uint8Array): WayOut | undefined {
  return stored(state, 'the way out of a Consent', wayOutOf);
}

export function wayOutText(wayOut: WayOut): string {
  return canonicalJson(wayOut as unknown as JsonObject);
}
