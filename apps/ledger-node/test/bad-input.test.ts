// Anything a client can send over gRPC: an error as the gateway gives it, never a crash, never a bad block

import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2';
import type { ServiceError } from '@grpc/grpc-js';
import { common, gateway } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openBlock } from '#libs/fabric-block';
import { type GatewayClient, gatewayClient, gatewayError } from './gateway-client.js';
import { append, ContractProcess, SiteBatches, type TestLedger, testLedger } from './test-ledger.js';

let contract: ContractProcess;
let net: TestLedger;
let client: GatewayClient;

beforeAll(async () => {
  contract = await ContractProcess.start();
  net = await testLedger({ contractAddress: contract.address });
  client = gatewayClient(net.node.network, net.node.port, net.node.network.organizations[0]!.client.identity);
});

afterAll(async () => {
  client.close();
  await net.close();
  await contract.stop();
});

const METHODS = ['Endorse', 'Evaluate', 'Submit', 'CommitStatus'] as const;

/** Sends bytes as they are; gives the status, 0 for an answer. */
function send(method: (typeof METHODS)[number], bytes: Uint8Array): Promise<number> {
  return new Promise((resolve) => {
    client.client.makeUnaryRequest(
      `/gateway.Gateway/${method}`,
      (value: Uint8Array) => Buffer.from(value),
      (value: Buffer) => value,
      bytes,
      { deadline: Date.now() + 5_000 },
      (error: ServiceError | null) => resolve(error?.code ?? 0),
    );
  });
}

/** Requests of each kind that are in order, as they go over the wire. */
async function goodRequests(site: SiteBatches): Promise<Record<(typeof METHODS)[number], Uint8Array>> {
  const sent: Partial<Record<string, Uint8Array>> = {};
  const real = client.client.makeUnaryRequest.bind(client.client) as (...args: unknown[]) => unknown;
  const spy = (path: string, serialize: (value: unknown) => Buffer, ...rest: unknown[]) => {
    const recording = (value: unknown) => {
      const bytes = serialize(value);
      sent[path.split('/').at(-1)!] = bytes;
      return bytes;
    };
    return real(path, recording, ...rest);
  };
  client.client.makeUnaryRequest = spy as never;
  const argument = JSON.stringify(
    Object.fromEntries(Object.entries(site.next(1)).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
  await client.contract.evaluate('head', { arguments: [JSON.stringify({ site: site.site })] });
  await (await client.contract.submitAsync('append', { arguments: [argument] })).getStatus();
  client.client.makeUnaryRequest = real as never;
  return sent as Record<(typeof METHODS)[number], Uint8Array>;
}

async function stillWell(): Promise<void> {
  expect(
    await append(net.ledger, new SiteBatches(`well-${Date.now()}-${net.node.chain.height}`).next(1)),
  ).toMatchObject({
    code: 'VALID',
  });
}

const EXPECTED = new Set([
  2, // UNKNOWN: the chaincode refused
  3, // INVALID_ARGUMENT
  7, // PERMISSION_DENIED
  9, // FAILED_PRECONDITION
  10, // ABORTED
  14, // UNAVAILABLE: an organisation that is not there
]);

test('bytes that are no request are refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...METHODS), fc.uint8Array({ maxLength: 200 }), async (method, bytes) => {
      const code = await send(method, bytes);
      expect(code === 13 || EXPECTED.has(code)).toBe(true); // 13 INTERNAL: gRPC itself, where nothing decodes
    }),
    { numRuns: 150 },
  );
  await stillWell();
});

test('a request with one byte changed is refused, or is the same request', async () => {
  const good = await goodRequests(new SiteBatches('bytes.example'));
  const height = await net.ledger.height();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('Endorse' as const, 'Evaluate' as const, 'Submit' as const),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (method, at, mask) => {
        const bytes = Buffer.from(good[method]);
        const index = at % bytes.length;
        bytes[index]! ^= mask;
        const code = await send(method, bytes);
        expect(code === 0 || code === 13 || EXPECTED.has(code)).toBe(true);
      },
    ),
    { numRuns: 400 },
  );
  await stillWell();
  for (let number = height; number < (await net.ledger.height()); number += 1n)
    openBlock(await net.ledger.blockAt(number), net.node.network.trust);
  expect(await net.ledger.evaluate('head', { site: 'bytes.example' })).toMatchObject({ size: 1 });
  expect(net.log).toEqual([]);
});

test('text of any length and script in a request comes back in an error, whole or cut, and the node goes on', async () => {
  const texts = [1_000, 1_999, 2_000, 2_001].flatMap((length) =>
    ['\u{1F600}', 'ż', '\u0000'].map((one) => one.repeat(length)),
  );
  for (const text of [...texts, `x${'\u{1F600}'.repeat(1_200)}`]) {
    const submit = new gateway.SubmitRequest();
    submit.setChannelId(text);
    const envelope = new common.Envelope();
    envelope.setPayload('eA==');
    envelope.setSignature('eA==');
    submit.setPreparedTransaction(envelope);
    expect(EXPECTED.has(await send('Submit', submit.serializeBinary()))).toBe(true);
  }
  await stillWell();
});

test('a length that is not true is refused at once', async () => {
  const twoGigabytes = [0xff, 0xff, 0xff, 0xff, 0x07];
  for (const method of METHODS)
    for (const field of [0x0a, 0x12, 0x1a, 0x22])
      expect([3, 13]).toContain(await send(method, Uint8Array.from([field, ...twoGigabytes, 0x41, 0x41])));
  await stillWell();
});

test('a question about a transaction is small: a large one is refused, and holds nothing up', async () => {
  expect(await send('CommitStatus', Buffer.concat([Buffer.of(0x0a, 0x80, 0x80, 0x02), Buffer.alloc(32 * 1024)]))).toBe(
    8,
  );
  await stillWell();
});

/** A unary call on an HTTP/2 session, byte for byte: its grpc-status and grpc-message. */
function bareCall(session: ClientHttp2Session, path: string, message: Uint8Array): Promise<[string, string]> {
  const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' };
  const stream = session.request(headers);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return new Promise((resolve, reject) => {
    const end = (trailers: IncomingHttpHeaders) => {
      if (trailers['grpc-status'] === undefined) return;
      resolve([String(trailers['grpc-status']), decodeURI(String(trailers['grpc-message']))]);
    };
    stream.on('response', end).on('trailers', end).on('error', reject).resume();
    stream.end(Buffer.concat([head, message]));
  });
}

test('a request larger than the node takes is refused as by a peer, and its connection goes on', async () => {
  const { node } = net;
  const ca = node.network.organizations[0]!.peer.tls.ca;
  // A client made with grpc-js could not show this: with so much unsent it takes no answers, in Node's own limit for a session.
  const session = connect(`https://localhost:${node.port}`, { ca, maxSessionMemory: 1_000 });
  try {
    for (const megabytes of [33, 100]) {
      const large = bareCall(session, '/gateway.Gateway/Evaluate', Buffer.alloc(megabytes * 1024 * 1024));
      expect(await large).toEqual(['8', expect.stringMatching(/^Received message larger than max/)]);
      const small = bareCall(session, '/gateway.Gateway/Evaluate', new Uint8Array());
      expect(await small).toEqual(['3', expect.stringMatching(/must contain a signed proposal/)]);
    }
  } finally {
    session.destroy();
  }
  await stillWell();
});

test('requests that do not end take no more memory than the node has for them, and others are answered when they are gone', async () => {
  const { node } = net;
  const ca = node.network.organizations[0]!.peer.tls.ca;
  const session = connect(`https://localhost:${node.port}`, { ca, maxSessionMemory: 1_000 });
  const headers = { ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers' };
  const begin = Buffer.alloc(15 * 1024 * 1024);
  begin.writeUInt32BE(20 * 1024 * 1024, 1);
  const open = () => session.request({ ...headers, ':path': '/gateway.Gateway/Submit' }).on('error', () => undefined);
  try {
    const refused = await new Promise((resolve) => {
      for (let count = 0; count < 10; count += 1) {
        const stream = open();
        stream.on('close', () => resolve(stream.rstCode)).resume();
        stream.write(begin);
      }
    });
    expect(refused).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  } finally {
    session.destroy();
  }
  await stillWell();
});

test('a gateway client that has sent too much is told so, and does well with a connection of its own', async () => {
  const { node } = net;
  const sender = gatewayClient(node.network, node.port, node.network.organizations[0]!.client.identity);
  const large = 'x'.repeat(33 * 1024 * 1024);
  await expect(sender.contract.evaluate('head', { arguments: [large] })).rejects.toMatchObject({ code: 8 });
  sender.close();
  await stillWell();
});

test('a large argument reaches the contract, whose refusal leaves no block', async () => {
  const height = await net.ledger.height();
  const large = 'x'.repeat(7 * 1024 * 1024);
  const error = await gatewayError(client.contract.submit('append', { arguments: [large] }));
  expect(error.details[0]!.message).toMatch(/chaincode response 500, BAD_ARGUMENT/);
  expect(await net.ledger.height()).toBe(height);
  await stillWell();
});
