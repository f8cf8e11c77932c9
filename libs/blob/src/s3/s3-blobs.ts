// Amazon S3 REST API: GetObject, HeadObject, DeleteObject, ListMultipartUploads
import { type BlobStore, MissingBlob } from '../blob-store.js';
import { elementOf, S3Client, type S3Settings } from './client.js';
import { s3Upload } from './upload.js';

/**
 * Blobs as objects of a bucket: `incoming/<upload>` while they arrive, then `<xx>/<address>`. S3 shows no object before it is
 * whole. Content is encrypted before it gets here: the bucket needs no encryption of its own.
 */
export function s3Blobs(settings: S3Settings, fetch?: typeof globalThis.fetch): BlobStore {
  const client = new S3Client(settings, fetch);
  return {
    begin: async (upload) => s3Upload(client, incoming(upload), keyOf),
    read: (address, start, end) => read(client, keyOf(address), start, end),
    size: async (address) => {
      const answer = await client.send({ method: 'HEAD', key: keyOf(address) }, [200, 404]);
      return answer.status === 404 ? undefined : Number(answer.headers.get('content-length'));
    },
    remove: (address) => removeObject(client, keyOf(address)),
    discard: async (upload) => {
      await abortParts(client, incoming(upload));
      await removeObject(client, incoming(upload));
    },
  };
}

function keyOf(address: Uint8Array): string {
  const name = Buffer.from(address).toString('hex');
  return `${name.slice(0, 2)}/${name}`;
}

function incoming(upload: string): string {
  return `incoming/${upload}`;
}

async function* read(client: S3Client, key: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  const range = { range: `bytes=${start}-${end}` };
  const answer = await client.send({ method: 'GET', key, headers: range }, [206, 404]);
  if (answer.status === 404 || answer.body === null) throw new MissingBlob();
  yield* answer.body;
}

async function removeObject(client: S3Client, key: string): Promise<void> {
  await client.send({ method: 'DELETE', key }, [204, 200, 404]);
}

/** Parts of a process that is gone: they cost, and nothing shows them. */
async function abortParts(client: S3Client, key: string): Promise<void> {
  const query = { uploads: '', prefix: client.fullKey(key) };
  const listed = await (await client.send({ method: 'GET', key: '', query })).text();
  for (const [upload] of listed.matchAll(/<Upload>.*?<\/Upload>/gs)) {
    const uploadId = elementOf(upload, 'UploadId');
    if (uploadId !== undefined && elementOf(upload, 'Key') === client.fullKey(key)) {
      await client.send({ method: 'DELETE', key, query: { uploadId } }, [204, 404]);
    }
  }
}
