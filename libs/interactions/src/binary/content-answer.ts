// FHIR R4 binary.html#rest: the content of a Binary as it is, for who asks for no FHIR.
import { type BlobStore, readContent, type StoredBlob } from '#libs/blob';
import type { Answer } from '../answer.js';
import { byteRange } from './byte-range.js';
import { isMediaType } from './from-content.js';

/**
 * The content may be anything that a client once sent, so no browser may guess what it is, or run it: RFC 9110 section 8.3,
 * Content Security Policy section 6.3.2.
 */
const PRECAUTIONS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
};

/** What a browser may show in its own window; the rest is for saving. */
const SHOWN = /^(image\/(?!svg)|audio\/|video\/|text\/plain|application\/pdf)/i;

interface Binary {
  readonly resourceType?: string;
  readonly contentType?: string;
  readonly securityContext?: { readonly reference?: string };
  readonly data?: string;
}

/** Content, wherever it is. */
interface Content {
  readonly size: number;
  readonly part: (start: number, end: number) => Pick<Answer, 'body' | 'stream'>;
}

/**
 * The content of the Binary that an interaction answered with, or the part of it that a Range header asks for. What is no
 * Binary, or no whole answer, stays as it is. The tag is a strong one: the content of a version never changes.
 */
export function contentAnswer(answer: Answer, range?: string, blobs?: BlobStore): Answer {
  const binary = answer.status === 200 && answer.contentType === undefined ? binaryIn(answer.body) : undefined;
  if (!binary) return answer;
  const { contentType = '', securityContext } = binary;
  const reference = securityContext?.reference;
  const { body: _, blob, ...rest } = answer;
  const { etag, ...headers } = rest.headers;
  const whole: Answer = {
    ...rest,
    headers: {
      ...headers,
      ...PRECAUTIONS,
      ...(etag === undefined ? {} : { etag: etag.replace(/^W\//, '') }),
      'accept-ranges': 'bytes',
      'content-disposition': SHOWN.test(contentType) ? 'inline' : 'attachment',
      ...(reference !== undefined && /^[\x21-\x7e]+$/.test(reference) ? { 'x-security-context': reference } : {}),
    },
    contentType: isMediaType(contentType) ? contentType : 'application/octet-stream',
  };
  return partOf(whole, blob && blobs ? keptContent(blob, blobs) : ownContent(binary), range);
}

function ownContent({ data = '' }: Binary): Content {
  const bytes = Buffer.from(data, 'base64');
  return { size: bytes.length, part: (start, end) => ({ body: bytes.subarray(start, end + 1) }) };
}

function keptContent(blob: StoredBlob, blobs: BlobStore): Content {
  return { size: blob.size, part: (start, end) => ({ stream: readContent(blobs, blob, start, end) }) };
}

function partOf(whole: Answer, { size, part }: Content, header: string | undefined): Answer {
  const range = byteRange(header, size);
  if (range === 'unsatisfiable') {
    return { ...whole, status: 416, headers: { ...whole.headers, 'content-range': `bytes */${size}` } };
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  const headers = { ...whole.headers, 'content-length': String(end - start + 1) };
  if (range === undefined) return { ...whole, headers, ...part(start, end) };
  return {
    ...whole,
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${start}-${end}/${size}` },
    ...part(start, end),
  };
}

function binaryIn(body: Answer['body']): Binary | undefined {
  if (body === undefined) return undefined;
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
  const value = JSON.parse(text) as Binary;
  return value.resourceType === 'Binary' ? value : undefined;
}
