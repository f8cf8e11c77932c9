// The settings of the store of blobs
import { expect, test } from '@jest/globals';
import { openBlobs } from '#libs/blob';

const S3 = { BLOBS_S3_BUCKET: 'records', BLOBS_S3_ACCESS_KEY_ID: 'id', BLOBS_S3_SECRET_ACCESS_KEY: 'secret' };

test.each([
  ['nothing', {}],
  ['an empty bucket', { ...S3, BLOBS_S3_BUCKET: '' }],
  ['a bucket and its keys', S3],
  [
    'another server',
    { ...S3, BLOBS_S3_ENDPOINT: 'http://minio:9000', BLOBS_S3_PATH_STYLE: 'true', BLOBS_S3_PREFIX: 'a/b' },
  ],
])('%s will do', (_, variables) => {
  expect(openBlobs(variables, '/data')).toBeDefined();
});

test.each([
  ['ACCESS_KEY_ID', undefined, 'The setting BLOBS_S3_ACCESS_KEY_ID is needed where BLOBS_S3_BUCKET is set.'],
  ['SECRET_ACCESS_KEY', undefined, 'The setting BLOBS_S3_SECRET_ACCESS_KEY is needed where BLOBS_S3_BUCKET is set.'],
  ['BUCKET', 'No Bucket', 'The setting BLOBS_S3_BUCKET is not usable.'],
  ['PATH_STYLE', 'yes', 'The setting BLOBS_S3_PATH_STYLE is not usable.'],
  ['PREFIX', '/a/', 'The setting BLOBS_S3_PREFIX is not usable.'],
  ['ENDPOINT', 'minio', 'The setting BLOBS_S3_ENDPOINT is not usable: it is http or https, a host, and no path.'],
  [
    'ENDPOINT',
    'http://minio/path',
    'The setting BLOBS_S3_ENDPOINT is not usable: it is http or https, a host, and no path.',
  ],
])('%s=%s is refused in plain words', (name, value, sentence) => {
  expect(() => openBlobs({ ...S3, [`BLOBS_S3_${name}`]: value }, '/data')).toThrow(sentence);
});
