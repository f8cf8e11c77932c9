export type { Finding } from './finding.js';
export { verifyFile } from './verify-file.js';
export { verifySince } from './verify-since.js';
