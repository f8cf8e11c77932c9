export { connectLedger } from './connect-ledger.js';
export { EMBEDDED_LEDGER } from './description.js';
export type { Connection, Ledger, PreparedTransaction, TransactionStatus } from './ledger.js';
export { LedgerError, type LedgerStep } from './ledger-error.js';
