import type { StoredBlob } from '#libs/blob';
import type { JsonDocument } from '#libs/fhir-json';
import type { MadeEvent } from './event.js';
import type { StoredVersion, VersionName } from './stored-version.js';

/** How a write ended. Every one of these has left its event, in the same transaction. */
export type WriteOutcome =
  /** Version 1, or a new version after a deletion. */
  | 'created'
  | 'updated'
  | 'deleted'
  /** If-Match named another version than the current one, there is one where If-None-Match wants none, or `keepsPatients` is not so: 412. */
  | 'conflict'
  /** No such resource (update that may not create, delete). */
  | 'absent'
  /** Already deleted (delete only). */
  | 'gone'
  /** A Consent, or its absence, or the compartment restriction forbids it. Answer as for absent. */
  | 'denied'
  /** It would remove a security label, and may not: 403 (update only). */
  | 'unlabelled';

/** What the event of a write is made from. */
export interface WriteFacts {
  readonly outcome: WriteOutcome;
  readonly decision: 'permit' | 'deny';
  /** The version written; for `conflict` and `gone` the current one; for a denial the current one, if there is any. */
  readonly subject?: VersionName;
  /** Present when a version was written. */
  readonly written?: Omit<StoredVersion, 'pid'>;
  /** Patients of the content written; else of the current version. */
  readonly patients: readonly string[];
  /** The Consent version that decided, if any. */
  readonly consent?: string;
}

/** Makes the event of a write at the time the transaction took; runs inside the transaction, so it must be quick and pure. */
export type EventMaker = (time: bigint, facts: WriteFacts) => MadeEvent;

/** Content that is kept outside the database already, and the upload that brought it. */
export interface UploadedBlob extends StoredBlob {
  readonly upload: string;
}

export interface CreateRequest {
  readonly type: string;
  /** The resource as it was sent, already validated; its own id and meta.versionId, meta.lastUpdated are replaced. */
  readonly document: JsonDocument;
  /** Random, and known to nobody else yet: for who must know it beforehand. A fresh one where it is absent. */
  readonly id?: string;
  /** Of a Binary whose document names this content in place of `data`. */
  readonly blob?: UploadedBlob;
  /** Of a Provenance whose targets are written with it: their patients. All else is whose its content says. */
  readonly patients?: readonly string[];
  readonly event: EventMaker;
}

/** What holds for a write to a resource that may be there already. */
export interface Expectation {
  /** Version that must be the current one (If-Match). */
  readonly ifMatch?: number;
  /** Whether there must be no current version but a deletion (If-None-Match: *). */
  readonly ifNone?: boolean;
  /**
   * Whether a version may be replaced that the read permit hides. False: it is `denied`, which looks like `absent`, so that
   * writing tells no more than reading. True is for system clients, which keep records in step without seeing them.
   */
  readonly blind: boolean;
}

/** What becomes of security labels that the current version has and the document has not. */
export interface LabelRules {
  /** They stay where the document says nothing of labels. */
  readonly keepsLabels: boolean;
  /** Else they go; false: it is `unlabelled`. */
  readonly mayUnlabel: boolean;
}

export interface UpdateRequest extends Omit<CreateRequest, 'id' | 'patients'>, Expectation {
  readonly id: string;
  readonly labels: LabelRules;
  /** Whether an update to an id that is not there creates it; otherwise it is `absent`. */
  readonly mayCreate: boolean;
  /** Whether the content must be in every compartment that the current version is in. */
  readonly keepsPatients?: boolean;
}

export interface DeleteRequest extends Expectation {
  readonly type: string;
  readonly id: string;
  readonly event: EventMaker;
}

interface Ended {
  /** Microseconds of the Postgres clock, as the event has it. */
  readonly time: bigint;
  /** The Consent version that decided, if any. */
  readonly consent?: string;
}

/** A version was written. */
export interface Written extends Ended {
  readonly outcome: 'created' | 'updated' | 'deleted';
  readonly version: StoredVersion;
  /** Whether the read permit shows what was written; false without one. Decided in the same transaction. */
  readonly readable: boolean;
}

/** Nothing but the event was written. */
export interface NotWritten extends Ended {
  readonly outcome: 'conflict' | 'absent' | 'gone' | 'denied' | 'unlabelled';
  /** Number of the current version. Never to be shown on `denied`. */
  readonly current?: number;
}

export type WriteResult = Written | NotWritten;
