// FHIR R4 binary.html#rest: the content of a Binary as it is, for who asks for no FHIR.
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

interface Binary {
  readonly resourceType?: string;
  readonly contentType?: string;
  readonly securityContext?: { readonly reference?: string };
  readonly data?: string;
}

/**
 * The content of the Binary that an interaction answered with, or the part of it that a Range header asks for. What is no
 * Binary, or no whole answer, stays as it is.
 */
export function contentAnswer(answer: Answer, range?: string): Answer {
  const binary = answer.status === 200 && answer.contentType === undefined ? binaryIn(answer.body) : undefined;
  if (!binary) return answer;
  const { contentType = '', securityContext } = binary;
  const bytes = Buffer.from(binary.data ?? '', 'base64');
  const reference = securityContext?.reference;
  const whole: Answer = {
    ...answer,
    headers: {
      ...answer.headers,
      ...PRECAUTIONS,
      'accept-ranges': 'bytes',
      ...(reference !== undefined && /^[\x21-\x7e]+$/.test(reference) ? { 'x-security-context': reference } : {}),
    },
    contentType: isMediaType(contentType) ? contentType : 'application/octet-stream',
    body: bytes,
  };
  return partOf(whole, bytes, range);
}

function partOf(whole: Answer, bytes: Buffer, header: string | undefined): Answer {
  const range = byteRange(header, bytes.length);
  if (range === undefined) return whole;
  if (range === 'unsatisfiable') {
    const { body: _, ...rest } = whole;
    return { ...rest, status: 416, headers: { ...whole.headers, 'content-range': `bytes */${bytes.length}` } };
  }
  const { start, end } = range;
  const headers = { ...whole.headers, 'content-range': `bytes ${start}-${end}/${bytes.length}` };
  return { ...whole, status: 206, headers, body: bytes.subarray(start, end + 1) };
}

function binaryIn(body: Answer['body']): Binary | undefined {
  if (body === undefined) return undefined;
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
  const value = JSON.parse(text) as Binary;
  return value.resourceType === 'Binary' ? value : undefined;
}
