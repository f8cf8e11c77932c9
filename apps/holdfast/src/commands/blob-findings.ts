import { createHash } from 'node:crypto';
import { type BlobStore, MissingBlob, openBlobs } from '#libs/blob';
import type { Store } from '#libs/store';
import type { Config } from '../config.js';

interface Finding {
  good: boolean;
  sentence: string;
}

const PAGE = 1_000;
/** Uploads that nobody says any more that he takes in. */
const ABANDONED_SECONDS = 15 * 60;

/** Whether all content outside the database is there and is what its address says; needs no key, and reads all of it. */
export async function blobFindings(store: Store, config: Config): Promise<Finding[]> {
  const blobs = openBlobs(config.variables, config.dataDir);
  const wrong: Finding[] = [];
  let count = 0;
  let page = await store.uploads.addresses(PAGE);
  for (; page.length > 0; page = await store.uploads.addresses(PAGE, page.at(-1))) {
    for (const address of page) {
      const fault = await faultOf(blobs, address);
      if (fault) wrong.push({ good: false, sentence: `The content ${address.toString('hex')} ${fault}.` });
    }
    count += page.length;
  }
  const abandoned = (await store.uploads.abandoned(ABANDONED_SECONDS)).length;
  return [
    ...wrong,
    ...(count > 0 && wrong.length === 0
      ? [{ good: true, sentence: `Content outside the database: ${count}, all there and as recorded.` }]
      : []),
    ...(abandoned > 0
      ? [{ good: true, sentence: `${abandoned} uploads broke off; the server throws away what they left.` }]
      : []),
  ];
}

async function faultOf(blobs: BlobStore, address: Buffer): Promise<string | undefined> {
  const size = await blobs.size(address);
  if (size === undefined) return 'is not there';
  const hash = createHash('sha256');
  try {
    for await (const piece of blobs.read(address, 0, size - 1)) hash.update(piece);
  } catch (error) {
    return error instanceof MissingBlob ? 'is not there' : 'cannot be read';
  }
  return hash.digest().equals(address) ? undefined : 'was altered';
}
