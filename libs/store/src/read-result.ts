import type { StoredVersion, VersionName } from './stored-version.js';

interface Decided {
  /** When it was decided: microseconds of the Postgres clock, taken in the statement that fetched the data. */
  readonly time: bigint;
}

interface ByConsent extends Decided {
  /** The Consent version that decided (`Consent/1/_history/2`); absent where none did. */
  readonly consent?: string;
}

/** May be shown. */
export interface Found extends ByConsent {
  readonly outcome: 'found';
  readonly version: StoredVersion;
}

/** Deleted, and the requester may know that it was there. */
export interface Gone extends ByConsent {
  readonly outcome: 'gone';
  readonly version: StoredVersion;
}

/** There is no such resource or version. */
export interface Absent extends Decided {
  readonly outcome: 'absent';
}

/** There is one, and the requester must not learn so: answer as for {@link Absent}, record as a denial. */
export interface Denied extends ByConsent {
  readonly outcome: 'denied';
  readonly version: VersionName;
  readonly patients: readonly string[];
}

/** May be shown, but what is stored does not open: it was changed, or moved from another row. */
export interface Broken extends ByConsent {
  readonly outcome: 'broken';
  readonly version: VersionName;
  readonly patients: readonly string[];
}

export type ReadResult = Found | Gone | Absent | Denied | Broken;

/** A version in a history. */
export type HistoryEntry = (Found | Gone) & {
  /** Whether there was nothing before it, or a deletion. */
  readonly made: boolean;
};

/** The versions of one resource that may be shown, newest first; what may not is left out without a trace. */
export interface History extends Decided {
  readonly outcome: 'found';
  readonly entries: readonly HistoryEntry[];
  /** How many versions may be shown, over all pages. */
  readonly total: number;
  /** Pass as `before` for the next page; absent on the last. */
  readonly next?: number;
}

export type HistoryResult = History | Absent | Denied;
