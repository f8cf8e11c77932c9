import { join } from 'node:path';
import type { BlobStore } from './blob-store.js';
import { localBlobs } from './local-blobs.js';
import type { S3Settings } from './s3/client.js';
import { s3Blobs } from './s3/s3-blobs.js';

type Variables = Readonly<Record<string, string | undefined>>;

const DEFAULT_REGION = 'us-east-1';

/**
 * The store that the settings name: S3 where BLOBS_S3_BUCKET is set, else the folder `blobs` of `dataDir`. Nothing is opened
 * or made yet. @throws Error with one plain sentence that names the setting which is wrong.
 */
export function openBlobs(variables: Variables, dataDir: string): BlobStore {
  const settings = s3Settings(variables);
  return settings ? s3Blobs(settings) : localBlobs(join(dataDir, 'blobs'));
}

function s3Settings(variables: Variables): S3Settings | undefined {
  const value = (name: string) => variables[`BLOBS_S3_${name}`] || undefined;
  const bucket = value('BUCKET');
  if (bucket === undefined) return undefined;
  const region = value('REGION') ?? DEFAULT_REGION;
  return {
    bucket: matching('BUCKET', bucket, /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
    region: matching('REGION', region, /^[a-z0-9-]{1,64}$/),
    endpoint: endpoint(value('ENDPOINT') ?? `https://s3.${region}.amazonaws.com`),
    accessKeyId: matching('ACCESS_KEY_ID', value('ACCESS_KEY_ID'), /^\S{1,256}$/),
    secretAccessKey: matching('SECRET_ACCESS_KEY', value('SECRET_ACCESS_KEY'), /^\S{1,256}$/),
    pathStyle: matching('PATH_STYLE', value('PATH_STYLE') ?? 'false', /^(true|false)$/) === 'true',
    prefix: matching('PREFIX', value('PREFIX') ?? '', /^([\w.-]+(\/[\w.-]+)*)?$/),
  };
}

function matching(name: string, value: string | undefined, shape: RegExp): string {
  if (value === undefined) throw new Error(`The setting BLOBS_S3_${name} is needed where BLOBS_S3_BUCKET is set.`);
  if (!shape.test(value)) throw new Error(`The setting BLOBS_S3_${name} is not usable.`);
  return value;
}

function endpoint(value: string): string {
  const url = URL.parse(value);
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '') return url.origin;
  throw new Error('The setting BLOBS_S3_ENDPOINT is not usable: it is http or https, a host, and no path.');
}
