export { connectLedger } from './connect-ledger.js';
export { type BlocksRead, type Following, followBlocks } from './follow-blocks.js';
export type { Connection, Ledger, PreparedTransaction, TransactionStatus } from './ledger.js';
export { LedgerError, type LedgerStep } from './ledger-error.js';
