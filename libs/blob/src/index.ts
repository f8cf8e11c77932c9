// Content too large for a row: encrypted in chunks, kept in a folder or in S3, read by range.
export { type BlobStore, type BlobUpload, MissingBlob } from './blob-store.js';
export { BrokenBlob, sealedSize } from './chunk.js';
export { localBlobs } from './local-blobs.js';
export { dataElement, goesOn, type NamedContent, namedContent } from './named-content.js';
export { openBlobs } from './open-blobs.js';
export { readContent } from './read-content.js';
export type { S3Settings } from './s3/client.js';
export { s3Blobs } from './s3/s3-blobs.js';
export { signature } from './s3/signature.js';
export { EmptyContent, type StoredBlob, TooLarge, takeIn } from './take-in.js';
