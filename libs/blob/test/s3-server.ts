// Amazon S3 REST API, as much as blobs need, in memory. It works out every signature anew from what came over the wire.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest('hex');
const hmac = (key: Uint8Array | string, data: string) => createHmac('sha256', key).update(data).digest();

export interface S3Server {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  /** Objects by key. */
  readonly objects: Map<string, Buffer>;
  /** Parts under way by upload id. */
  readonly uploads: Map<string, { key: string; parts: Map<number, Buffer> }>;
  /** Method and key of every request that was let in. */
  readonly requests: string[];
  /** Answers the next requests with these statuses instead of serving them. */
  readonly fail: number[];
  close(): Promise<void>;
}

type Refuse = (status: number, code: string) => void;

interface Given {
  key: string;
  body: Buffer;
  query: URLSearchParams;
  range: string | undefined;
  source?: string;
}

const SIGNED =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request,SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$/;

export async function startS3Server(pathStyle = true): Promise<S3Server> {
  const state = {
    bucket: 'records',
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    region: 'eu-test-1',
    objects: new Map<string, Buffer>(),
    uploads: new Map<string, { key: string; parts: Map<number, Buffer> }>(),
    requests: [] as string[],
    fail: [] as number[],
  };

  const isSigned = ({ method = '', url = '', headers }: IncomingMessage, body: Buffer): boolean => {
    const [, accessKey, day = '', region = '', names = '', signature = ''] =
      SIGNED.exec(headers.authorization ?? '') ?? [];
    const stamp = String(headers['x-amz-date']);
    if (accessKey !== state.accessKeyId || region !== state.region || !stamp.startsWith(day)) return false;
    if (headers['x-amz-content-sha256'] !== sha256(body)) return false;
    if (!names.split(';').includes('host') || !names.split(';').includes('x-amz-date')) return false;
    // As it came over the wire: path and query are not decoded, so both sides must encode alike.
    const [path = '', query = ''] = url.split('?');
    const pairs = query === '' ? [] : query.split('&').map((pair) => (pair.includes('=') ? pair : `${pair}=`));
    const lines = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
    const request = [method, path, pairs.sort().join('&'), lines.join(''), names, sha256(body)].join('\n');
    const scope = `${day}/${region}/s3/aws4_request`;
    const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${state.secretAccessKey}`, day), region));
    const expected = hmac(key, `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${sha256(request)}`);
    return timingSafeEqual(expected, Buffer.from(signature, 'hex'));
  };

  /** Behind a proxy. */
  const hosted = (request: IncomingMessage): IncomingMessage => {
    const host = request.headers['x-forwarded-host'];
    if (typeof host === 'string') request.headers.host = host;
    return request;
  };

  const serve = (request: IncomingMessage, body: Buffer, response: ServerResponse): void => {
    const url = new URL(request.url ?? '', 'http://s3.test');
    const inPath = decodeURIComponent(url.pathname.slice(1));
    const host = String(request.headers.host);
    const inBucket = pathStyle ? inPath.startsWith(`${state.bucket}`) : host.startsWith(`${state.bucket}.`);
    const key = pathStyle ? inPath.slice(state.bucket.length + 1) : inPath;
    const refuse = (status: number, code: string): void => {
      response.writeHead(status).end(request.method === 'HEAD' ? undefined : `<Error><Code>${code}</Code></Error>`);
    };
    const injected = state.fail.shift();
    if (injected !== undefined) refuse(injected, 'InternalError');
    else if (!isSigned(request, body)) refuse(403, 'SignatureDoesNotMatch');
    else if (!inBucket) refuse(404, 'NoSuchBucket');
    else {
      state.requests.push(`${request.method} ${key}`);
      handle(request, url, key, body, response, refuse);
    }
  };

  const handle = (
    { method = '', headers }: IncomingMessage,
    { searchParams: query }: URL,
    key: string,
    body: Buffer,
    response: ServerResponse,
    refuse: Refuse,
  ): void => {
    const uploadId = query.get('uploadId');
    if (uploadId !== null) {
      const upload = state.uploads.get(uploadId);
      const number = Number(query.get('partNumber'));
      if (upload) multipart(method, number, { id: uploadId, ...upload }, body, response, refuse);
      else refuse(404, 'NoSuchUpload');
      return;
    }
    const source = headers['x-amz-copy-source'];
    const given = { key, body, query, range: headers.range, ...(typeof source === 'string' ? { source } : {}) };
    if (method === 'GET' && key === '') list(given, response);
    else plain[method]?.(given, response, refuse);
  };

  const list = ({ query }: Given, response: ServerResponse) => {
    const all = [...state.uploads].filter(([, one]) => one.key.startsWith(query.get('prefix') ?? ''));
    const listed = all.map(([id, one]) => `<Upload><Key>${one.key}</Key><UploadId>${id}</UploadId></Upload>`);
    response.end(`<ListMultipartUploadsResult>${listed.join('')}</ListMultipartUploadsResult>`);
  };

  const plain: Record<string, (given: Given, response: ServerResponse, refuse: Refuse) => void> = {
    GET: ({ key, range }, response, refuse) => give(state.objects.get(key), 'GET', range, response, refuse),
    HEAD: ({ key, range }, response, refuse) => give(state.objects.get(key), 'HEAD', range, response, refuse),
    POST: ({ key }, response) => {
      const id = `upload-${state.uploads.size + 1}+/=`;
      state.uploads.set(id, { key, parts: new Map() });
      response.end(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
    },
    PUT: ({ key, body, source }, response, refuse) => {
      const from = source === undefined ? body : state.objects.get(source.slice(state.bucket.length + 2));
      if (from) state.objects.set(key, from);
      if (from) response.end('<CopyObjectResult></CopyObjectResult>');
      else refuse(404, 'NoSuchKey');
    },
    DELETE: ({ key }, response) => {
      state.objects.delete(key);
      response.writeHead(204).end();
    },
  };

  const multipart = (
    method: string | undefined,
    number: number,
    { id, key, parts }: { id: string; key: string; parts: Map<number, Buffer> },
    body: Buffer,
    response: ServerResponse,
    refuse: Refuse,
  ): void => {
    if (method === 'DELETE') {
      state.uploads.delete(id);
      response.writeHead(204).end();
    } else if (method === 'PUT') {
      parts.set(number, body);
      response.writeHead(200, { etag: `"${sha256(body).slice(0, 32)}"` }).end();
    } else {
      const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>&quot;(\w+)&quot;/g)];
      const listed = named.map(([, part, tag]) => ({ part: parts.get(Number(part)), tag }));
      if (listed.some(({ part, tag }) => !part || sha256(part).slice(0, 32) !== tag)) {
        refuse(400, 'InvalidPart');
        return;
      }
      state.objects.set(key, Buffer.concat(listed.flatMap(({ part }) => part ?? [])));
      state.uploads.delete(id);
      response.end('<CompleteMultipartUploadResult></CompleteMultipartUploadResult>');
    }
  };

  const give = (
    object: Buffer | undefined,
    method: string | undefined,
    range: string | undefined,
    response: ServerResponse,
    refuse: Refuse,
  ): void => {
    if (!object) {
      refuse(404, 'NoSuchKey');
      return;
    }
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
    const part = start === undefined ? object : object.subarray(Number(start), Number(end) + 1);
    response.writeHead(start === undefined ? 200 : 206, { 'content-length': part.length });
    response.end(method === 'HEAD' ? undefined : part);
  };

  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    serve(hosted(request), Buffer.concat(pieces), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...state,
    endpoint: `http://localhost:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
