// AWS Signature Version 4, "Authenticating Requests: Using the Authorization Header", as S3 takes it
import { createHash, createHmac } from 'node:crypto';

/** Who signs, for where. */
export interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

export interface Unsigned {
  readonly method: string;
  readonly url: URL;
  /** Lower-case names. All of them are signed, and the host. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hex. */
  readonly payload: string;
}

/** The headers to be sent: those given, the time, the hash of the body, and the signature over all of it. */
export function signature(request: Unsigned, signer: Signer, time: Date): Record<string, string> {
  const stamp = time.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const own = { 'x-amz-date': stamp, 'x-amz-content-sha256': request.payload };
  const headers: Record<string, string> = { ...request.headers, ...own };
  const scope = `${stamp.slice(0, 8)}/${signer.region}/s3/aws4_request`;
  const signed: Record<string, string> = { ...headers, host: request.url.host };
  const names = Object.keys(signed).sort();
  const canonical = [
    request.method,
    pathOf(request.url),
    queryOf(request.url),
    ...names.map((name) => `${name}:${signed[name]?.trim().replace(/ +/g, ' ')}`),
    '',
    names.join(';'),
    request.payload,
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const mac = createHmac('sha256', signingKey(signer, stamp.slice(0, 8)))
    .update(toSign)
    .digest('hex');
  const credential = `Credential=${signer.accessKeyId}/${scope}`;
  const authorization = `AWS4-HMAC-SHA256 ${credential},SignedHeaders=${names.join(';')},Signature=${mac}`;
  return { ...headers, authorization };
}

function signingKey({ secretAccessKey, region }: Signer, day: string): Buffer {
  let key = Buffer.from(`AWS4${secretAccessKey}`);
  for (const part of [day, region, 's3', 'aws4_request']) key = createHmac('sha256', key).update(part).digest();
  return key;
}

function pathOf(url: URL): string {
  return url.pathname
    .split('/')
    .map((segment) => encoded(decodeURIComponent(segment)))
    .join('/');
}

function queryOf(url: URL): string {
  const pairs = [...url.searchParams].map(([name, value]) => [encoded(name), encoded(value)] as const);
  return pairs
    .sort(([a, x], [b, y]) => (a < b || (a === b && x < y) ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** RFC 3986: all but the unreserved characters. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
