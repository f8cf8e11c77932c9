export {
  type Anchor,
  anchorBatch,
  anchoredTree,
  type BatchInFlight,
  type BatchToSave,
  batchInFlight,
  latestCheckpoint,
  replaceTransaction,
  saveBatch,
} from './batch.js';
export { bindLedger, OtherLedger } from './bind-ledger.js';
export { type Lease, LeaseLost, releaseLease, renewLease, takeLease } from './lease.js';
export { type Backlog, backlog, numberedEvents, type OutboxEvent, unnumberedEvents } from './outbox.js';
export type { Query, Transact } from './query.js';
export { type ReceiptParts, receiptOfLeaf, receiptOfVersion } from './receipt-parts.js';
export { consistencyProof, inclusionProof } from './tile.js';
