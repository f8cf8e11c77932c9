export {
  abandonMove,
  CannotMove,
  completeMove,
  type Move,
  type SealedLog,
  sealedLog,
  sealLog,
  type Undrained,
  undrained,
} from './adoption.js';
export { type Backlog, backlog } from './backlog.js';
export {
  type Anchor,
  anchorBatch,
  anchoredTree,
  type BatchInFlight,
  type BatchToSave,
  batchInFlight,
  latestCheckpoint,
  replaceTransaction,
  type SignedTransaction,
  saveBatch,
} from './batch.js';
export { bindLedger, OtherLedger } from './bind-ledger.js';
export {
  anchorConsent,
  type ConsentVersion,
  consentsNotOnLedger,
  isConsentOnLedger,
  refuseConsent,
  saveConsentTransaction,
  type WaitingConsent,
  waitingConsents,
} from './consent-outbox.js';
export { below, countOf, type IdRange, type IdRanges, idAt } from './id-range.js';
export { type Lease, LeaseLost, releaseLease, renewLease, takeLease } from './lease.js';
export { eventsOf, numberedEvents, type OutboxEvents, unnumberedEvents } from './outbox.js';
export { type EventToPark, eventToPark, type ParkedEvent, type Refused, refusedForGood } from './parked.js';
export {
  type BlockFacts,
  beginProjection,
  forgetProjection,
  type LedgerCheckpoint,
  ledgerCheckpoint,
  noteHeight,
  type ProjectionLag,
  projectBlocks,
  projectionLag,
} from './projection.js';
export type { Query, Transact } from './query.js';
export { type ReceiptParts, receiptOfLeaf, receiptOfVersion } from './receipt-parts.js';
export { awaitsConsent, type EventReliance, reliancesOf } from './reliance.js';
export { Settling } from './settled.js';
export { consistencyProof, inclusionProof } from './tile.js';
