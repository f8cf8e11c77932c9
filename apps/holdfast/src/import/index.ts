export type { ImportOptions, ReceiptVerdict, VersionName } from './import-options.js';
export { runImport } from './run-import.js';
