import type { DataSource } from 'typeorm';
import type { Hash64, Permit, WritePermit } from '#libs/consent';
import type { SearchRequest } from '#libs/search';
import type { Uploads } from './blobs/uploads.js';
import type { EventToRecord, RecordedEvent } from './event.js';
import type { VersionReceipt } from './events/receipt.js';
import type { Fault } from './fault.js';
import type { Jobs } from './jobs/job.js';
import type { MasterKey } from './keys/master-key.js';
import type { Locks } from './postgres/locks.js';
import type { HistoryResult, ReadResult } from './read-result.js';
import type { SearchPage } from './search/search-page.js';
import type { VersionName } from './stored-version.js';
import type { ResourceName } from './versions/absent.js';
import type { Histories, HistoriesRequest, Readable } from './versions/histories.js';
import type { HistoryRequest } from './versions/history.js';
import type { EventOf } from './versions/read.js';
import type { SearchMatch } from './versions/search.js';
import type { StillShown } from './versions/still-shown.js';
import type { CreateRequest, DeleteRequest, NotWritten, UpdateRequest, WriteResult } from './write.js';

/**
 * Resources, their events and the rules of their Consents in one Postgres database. Every method may throw a FhirError 503
 * when the database cannot be reached or is too busy; nothing has been done then, unless the connection broke at commit: the
 * same request may be sent again. No error carries SQL or content.
 */
export interface Store {
  /** For terminus, TypeORM modules and migrations. Its tables are not to be written past this interface. */
  readonly dataSource: DataSource;

  /** Requests that are answered later. */
  readonly jobs: Jobs;

  /** The site's keyed hash, for {@link decide}, {@link decideWrite} and index look-ups. */
  readonly hash64: Hash64;

  /** A 32-byte key of the site for one purpose (`cursor`, `pseudonym`, ...), derived from the master key. The same for ever. */
  siteKey(purpose: string): Buffer;

  /**
   * The current version. Decision and data come from one statement. With `eventOf`, which makes the event of a result and nothing else,
   * that event is durable when this resolves; without, the caller records before it answers.
   */
  read(name: { type: string; id: string }, permit: Permit, eventOf?: EventOf): Promise<ReadResult>;

  /** The same of one version, judged by its own patients. */
  vread(name: { type: string; id: string; version: number }, permit: Permit, eventOf?: EventOf): Promise<ReadResult>;

  /** The versions below `before` and of that time, newest first, at most `count`. */
  history(request: HistoryRequest, permit: Permit): Promise<HistoryResult>;

  /** The versions of all resources of the readable types, newest first, at most `count`. */
  historyOf(request: HistoriesRequest, readable: readonly Readable[]): Promise<Histories>;

  /** Which of these are not there: deleted, never made, or, with a permit, hidden by it. */
  absent(names: readonly ResourceName[], permit?: Permit): Promise<ResourceName[]>;

  /** Whether another resource refers to this one; with a permit, one that may be shown. Only references that searches find count. */
  referredTo(name: ResourceName, permit?: Permit): Promise<boolean>;

  /** Which of these versions may be shown now: for an answer that was made before. */
  stillShown(names: readonly VersionName[], permit: Permit): Promise<StillShown>;

  /** The current versions that match and may be shown: one page, and the total where it is asked for. Types without a permit have none. */
  search(request: SearchRequest, permit: Permit | readonly Readable[]): Promise<SearchPage<SearchMatch>>;

  /** The newest of them, at most `count`, and nothing else: for conditions. Many asked for at once are few statements. */
  matches(request: SearchRequest, permit: Permit): Promise<readonly SearchMatch[]>;

  /**
   * Writes version 1 under a new id. `answer` is the read permit of the same requester: it decides {@link Written.readable},
   * and with `blind: false` what counts as hidden.
   */
  create(request: CreateRequest, permit: WritePermit, answer: Permit): Promise<WriteResult>;

  /** Writes the next version; version 1 where there is none and that is allowed. */
  update(request: UpdateRequest, permit: WritePermit, answer: Permit): Promise<WriteResult>;

  /**
   * How this create or update would be refused if it were tried now, with its event; undefined where it would be written.
   * For asking before much content is taken in; what is written in the end is decided anew.
   */
  refused(request: CreateRequest | UpdateRequest, permit: WritePermit, answer: Permit): Promise<NotWritten | undefined>;

  /** Content on its way into the store of blobs. Never part of a transaction. */
  readonly uploads: Uploads;

  /** Writes a version without content, in the compartments of the one before. */
  delete(request: DeleteRequest, permit: WritePermit, answer: Permit): Promise<WriteResult>;

  /**
   * Several interactions as one: all that `body` does through its `store` is committed when it resolves, or nothing is. It
   * may run again from the start after a deadlock, so it must have no effect outside. Where it fails, events of what was
   * refused or shown in it are recorded nevertheless; those of versions vanish with the versions.
   */
  transaction<T>(body: (store: StoreTransaction) => Promise<T>): Promise<T>;

  /**
   * Makes events durable; resolved when they are. Events of one turn of the event loop share one insert. An event whose
   * time is ahead of the Postgres clock, or lies too far back, is refused.
   */
  record(events: readonly EventToRecord[]): Promise<void>;

  /** The time by the Postgres clock, in microseconds; one question per turn of the event loop. */
  time(): Promise<bigint>;

  /** The events about one patient, oldest first, at most `count` after event `after` (0n: from the start). */
  events(request: {
    patient: string;
    count: number;
    after: bigint;
  }): Promise<{ events: RecordedEvent[]; next?: bigint }>;

  /** What the receipt of the event that wrote version `pid` is made of; undefined until it is in a VALID transaction. */
  receiptOfVersion(pid: bigint): Promise<VersionReceipt | undefined>;

  /** Whether a denied request for this resource is on record. */
  isDenialOnRecord(name: { type: string; id: string }): Promise<boolean>;

  /** Binds the database to a ledger by the hash of its genesis block; refuses (throws Error) once it is bound to another. */
  bindLedger(genesis: string): Promise<void>;

  /** Reads the whole database and lists what is wrong with it; slow, for tests and for `holdfast doctor`. */
  check(): Promise<Fault[]>;

  /** Ends all connections, after what is under way. */
  close(): Promise<void>;
}

/** The store inside one transaction: what it reads it has itself written, and what it records is durable at the commit. */
export interface StoreTransaction extends Store {
  /**
   * Locks held until the transaction ends, taken in one order for all, matches first: call it once before anything is written,
   * or two transactions may wait for each other and one is run again.
   */
  lock(locks: Locks): Promise<void>;
}

export interface StoreOptions {
  /** `postgres://...` */
  readonly url: string;
  readonly masterKey: MasterKey;
  /** Folder of the migrations (`NNNN-name.sql`); what is new in it is applied before anything else. */
  readonly migrations: string;
  /** Our own FHIR base URL, without a slash at the end: references into it are local ones. */
  readonly base?: string;
  /** Connections, 10 if not given. */
  readonly poolSize?: number;
  /** Shown by Postgres in pg_stat_activity. */
  readonly applicationName?: string;
}
