export type { ImportOptions, ReadVersion, ReceiptVerdict, VerifyReceipt } from './import-options.js';
export { receiptCheck } from './receipt-check.js';
export { runImport } from './run-import.js';
