// gRPC over HTTP/2 (PROTOCOL-HTTP2.md): what is held of requests that are not whole
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  createServer,
  type Http2Server,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Arriving } from '../src/rpc/arriving.js';

const LIMITS = { bytes: 10_000, milliseconds: 300, isStreamed: (path: string) => path === '/streamed' };

let server: Http2Server;
let session: ClientHttp2Session;
let unwatch: () => void;
/** Bytes of each whole request, as its handler got them. */
let taken: number[];

beforeEach(async () => {
  taken = [];
  server = createServer().on('stream', (stream) => {
    let bytes = 0;
    stream.on('error', () => undefined).on('data', (chunk: Buffer) => (bytes += chunk.length));
    stream.on('end', () => {
      if (stream.destroyed) return;
      taken.push(bytes);
      stream.respond({ ':status': 200 });
      stream.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  unwatch = new Arriving(LIMITS).watch(port);
  session = connect(`http://127.0.0.1:${port}`);
});
afterEach(async () => {
  unwatch();
  session.destroy();
  server.close();
});

function begun(path: string, content: Uint8Array): ClientHttp2Stream {
  const stream = session.request({ ':method': 'POST', ':path': path }).on('error', () => undefined);
  stream.resume().write(content);
  return stream;
}

async function closedWith(stream: ClientHttp2Stream): Promise<number | undefined> {
  if (!stream.destroyed) await new Promise((resolve) => stream.on('close', resolve));
  return stream.rstCode;
}

const { NGHTTP2_ENHANCE_YOUR_CALM: REFUSED, NGHTTP2_NO_ERROR: DONE } = constants;
const bytes = (length: number) => Buffer.alloc(length);

test('requests that are whole are handed on with all their bytes, however many come one after the other', async () => {
  for (let turn = 0; turn < 20; turn += 1) {
    const stream = begun('/whole', bytes(4_000));
    stream.end(bytes(3_000));
    expect(await closedWith(stream)).toBe(DONE);
  }
  expect(taken).toEqual(Array.from({ length: 20 }, () => 7_000));
});

test('requests that are not whole are together no more than the limit; who comes when they are gone is served', async () => {
  const held = [begun('/whole', bytes(4_000)), begun('/whole', bytes(4_000))];
  expect(await closedWith(begun('/whole', bytes(4_000)))).toBe(REFUSED);
  for (const stream of held) stream.close();
  await Promise.all(held.map(closedWith));
  const later = begun('/whole', bytes(9_000));
  later.end();
  expect(await closedWith(later)).toBe(DONE);
});

test('a request that never ends is given up', async () => {
  expect(await closedWith(begun('/whole', bytes(1)))).toBe(REFUSED);
});

test('messages of a stream count until each is whole, and the stream may be open for as long as it likes', async () => {
  const message = Buffer.concat([Buffer.of(0, 0, 0, 0x0b, 0xb8), bytes(3_000)]);
  const stream = begun('/streamed', message);
  for (let turn = 0; turn < 9; turn += 1) stream.write(message);
  await new Promise((resolve) => setTimeout(resolve, 2 * LIMITS.milliseconds));
  stream.end();
  expect(await closedWith(stream)).toBe(DONE);
  expect(taken).toEqual([10 * message.length]);
  expect(await closedWith(begun('/streamed', message.subarray(0, 100)))).toBe(REFUSED);
});
