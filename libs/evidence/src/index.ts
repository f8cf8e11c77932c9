export { type AcrossMove, pinOf } from './across-move.js';
export {
  type Adoption,
  type CarriedConsent,
  consentLeaf,
  type LogHead,
  openAdoption,
  pinFingerprint,
  readLogHead,
} from './adoption.js';
export {
  type AppendArgument,
  type Batch,
  entryAt,
  type LogValue,
  logKey,
  MAX_BATCH,
  MAX_CONSENTS,
  makeBatch,
  readLogValue,
} from './batch.js';
export { checkCheckpoint } from './check-checkpoint.js';
export { type AnchoredBatch, openBatch } from './check-ledger.js';
export type { Successor } from './check-successor.js';
export {
  type ContentFacts,
  type ContentOpening,
  contentCommitment,
  contentFacts,
  contentOpening,
  type StoredContent,
} from './content-commitment.js';
export { EMBEDDED_LEDGER } from './embedded-ledger.js';
export {
  type Decision,
  decodeRecord,
  EVIDENCE_ALG,
  type EventRecord,
  encodeRecord,
  isSite,
  LEAF_ENTRY_SIZE,
  leafEntry,
  recordLeaf,
} from './event-record.js';
export { FormatError } from './format-error.js';
export { freshBytes } from './fresh-bytes.js';
export { MacKey } from './mac-key.js';
export { type EventDraft, type MadeEvent, makeEvent } from './make-event.js';
export type {
  LedgerBlock,
  LedgerEnvelope,
  LedgerReader,
  LedgerTransaction,
  LedgerTrust,
  OpenBlock,
  OpenEnvelope,
} from './open-block.js';
export { decodeOpening, type Opening, type Subject, subjectName } from './opening.js';
export { PARKED_FORMAT, parkedRecord } from './parked.js';
export { type Adopted, type MspRoots, ONE_OPERATOR, PIN_FORMAT, type Pin, parsePin, pinText } from './pin.js';
export type { SearchOpening, VersionCommitment } from './pseudonym.js';
export { parseReceipt, RECEIPT_FORMAT, type Receipt, receiptText } from './receipt.js';
export { type ConsentValue, type Reliance, readConsentValue, type Violation } from './reliance.js';
export {
  blockSha256,
  checkpointKeyText,
  readSiteCheckpoint,
  type SiteCheckpoint,
  signCheckpoint,
  siteOrigin,
} from './site-checkpoint.js';
export { Mismatch, type Verdict } from './verdict.js';
export { verifyConsistency } from './verify-extension.js';
export { type ProvenEvent, type Verification, verifyReceipt } from './verify-receipt.js';
