// The only door to Postgres: versions, index, events, rules of Consents.
export type { AbandonedUpload, Uploads } from './blobs/uploads.js';
export type { EventToRecord, MadeEvent, RecordedEvent } from './event.js';
export type { VersionReceipt } from './events/receipt.js';
export { EVENT_CHANNEL, NEW_CONSENT } from './events/wake-up.js';
export type { Fault } from './fault.js';
export type { JobEnd, JobLimits, JobState, Jobs, NewJob, TakenJob } from './jobs/job.js';
export { fileMasterKey } from './keys/file-master-key.js';
export { type MasterKey, masterKey } from './keys/master-key.js';
export { BrokenSeal } from './keys/seal.js';
export * from './log/index.js';
export { openStore } from './open-store.js';
export type { Locks } from './postgres/locks.js';
export { isUnanswered } from './postgres/unavailable.js';
export type {
  Absent,
  Broken,
  Denied,
  Found,
  Gone,
  History,
  HistoryEntry,
  HistoryResult,
  ReadResult,
} from './read-result.js';
export type { SearchPage } from './search/search-page.js';
export type { Store, StoreOptions, StoreTransaction } from './store.js';
export type { StoredVersion, VersionName } from './stored-version.js';
export { Turns } from './turns.js';
export type { ResourceName } from './versions/absent.js';
export type { Histories, HistoryPosition, Period, Readable } from './versions/histories.js';
export type { SearchMatch } from './versions/search.js';
export { securityLabels } from './versions/security-labels.js';
export type { StillShown } from './versions/still-shown.js';
export { storedContent } from './versions/stored-content.js';
export type {
  CreateRequest,
  DeleteRequest,
  EventMaker,
  Expectation,
  LabelRules,
  NotWritten,
  UpdateRequest,
  UploadedBlob,
  WriteFacts,
  WriteOutcome,
  WriteResult,
  Written,
} from './write.js';
