// Amazon S3 REST API: PutObject, CreateMultipartUpload, UploadPart, CompleteMultipartUpload, CopyObject
import type { BlobUpload } from '../blob-store.js';
import { elementOf, failureOf, type S3Client, S3Error } from './client.js';

/** Bytes of a part: held in memory, since what is sent must be sent again where it fails. */
const PART = 8 * 1024 * 1024;

/** Parts that have been stored. */
interface Multipart {
  readonly uploadId: string;
  readonly tags: string[];
}

/**
 * What fits into one part is put under its address at once. More goes in parts to `key`, since the address is known only at
 * the end, and is copied inside S3 then.
 */
export function s3Upload(client: S3Client, key: string, keyOf: (address: Uint8Array) => string): BlobUpload {
  const part = Buffer.allocUnsafe(PART);
  let filled = 0;
  let multipart: Multipart | undefined;

  const send = async () => {
    multipart ??= { uploadId: await create(client, key), tags: [] };
    multipart.tags.push(await putPart(client, key, multipart, part.subarray(0, filled)));
    filled = 0;
  };
  return {
    write: async (bytes) => {
      for (let from = 0; from < bytes.length; ) {
        if (filled === PART) await send();
        const taken = Math.min(PART - filled, bytes.length - from);
        part.set(bytes.subarray(from, from + taken), filled);
        filled += taken;
        from += taken;
      }
    },
    publish: async (address) => {
      if (multipart === undefined) {
        await client.send({ method: 'PUT', key: keyOf(address), body: part.subarray(0, filled) });
        return;
      }
      await send();
      await complete(client, key, multipart);
      await copy(client, key, keyOf(address));
      multipart = undefined;
      await client.send({ method: 'DELETE', key }, [204, 200]);
    },
    discard: async () => {
      if (multipart === undefined) return;
      const { uploadId } = multipart;
      multipart = undefined;
      await client.send({ method: 'DELETE', key, query: { uploadId } }, [204, 404]);
      await client.send({ method: 'DELETE', key }, [204, 200, 404]);
    },
  };
}

async function create(client: S3Client, key: string): Promise<string> {
  const answer = await (await client.send({ method: 'POST', key, query: { uploads: '' } })).text();
  const uploadId = elementOf(answer, 'UploadId');
  if (uploadId === undefined) throw new S3Error(200, 'no UploadId');
  return uploadId;
}

async function putPart(client: S3Client, key: string, { uploadId, tags }: Multipart, body: Buffer): Promise<string> {
  const query = { partNumber: String(tags.length + 1), uploadId };
  const tag = (await client.send({ method: 'PUT', key, query, body })).headers.get('etag');
  if (tag === null) throw new S3Error(200, 'no ETag');
  return tag;
}

async function complete(client: S3Client, key: string, { uploadId, tags }: Multipart): Promise<void> {
  const parts = tags.map(
    (tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escaped(tag)}</ETag></Part>`,
  );
  const body = Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
  await succeeded(await client.send({ method: 'POST', key, query: { uploadId }, body }));
}

async function copy(client: S3Client, from: string, to: string): Promise<void> {
  const headers = { 'x-amz-copy-source': client.source(from) };
  await succeeded(await client.send({ method: 'PUT', key: to, headers }));
}

/** These two say 200 before they know. */
async function succeeded(response: Response): Promise<void> {
  const copy = response.clone();
  if (/<Error>/.test(await response.text())) throw await failureOf(copy);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
