// gRPC over HTTP/2 between a worker and its gateway: the place where a call can be held, lost or doubled, seen from outside both
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import {
  type ClientHttp2Session,
  connect,
  constants,
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openNetwork } from '#libs/fabric-network';

/** Which call, by its method and a word in its bytes, and what happens to it. */
export interface Fault {
  method: 'Endorse' | 'Submit' | 'CommitStatus' | 'Evaluate';
  /** The arguments of a transaction stand in it as plain text. */
  has?: string;
  /** `hold-request`: never handed on. `hold-answer`: done, but the answer is kept. `lose-answer`: done, and the connection breaks. */
  act: 'hold-request' | 'hold-answer' | 'lose-answer' | 'thrice';
}

interface Answered {
  headers: IncomingHttpHeaders;
  body: Buffer;
  trailers: IncomingHttpHeaders;
}

const { NGHTTP2_REFUSED_STREAM: REFUSED } = constants;

/** Stands where the worker's connection file says that the gateway is. Passes everything on, until a fault is armed. */
export class LedgerRelay {
  private armed: { fault: Fault; met: () => void } | undefined;
  private upstream: ClientHttp2Session | undefined;
  private readonly sessions = new Set<ServerHttp2Session>();

  private constructor(
    private readonly server: Http2SecureServer,
    private readonly target: { url: string; ca: string },
    /** A data folder like the installation's, but for the way to the ledger. */
    readonly dataDir: string,
  ) {
    server.on('session', (session) => {
      this.sessions.add(session);
      session.on('close', () => this.sessions.delete(session)).on('error', () => undefined);
    });
    server.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      this.relay(stream, headers).catch(() => stream.close(REFUSED));
    });
  }

  /** In front of the gateway of an installation that has run before: key and pin are there. */
  static async open(dataDir: string): Promise<LedgerRelay> {
    const ledger = join(dataDir, 'ledger');
    const { connection, organizations } = await openNetwork(ledger);
    const { certificate: cert, privateKey: key, ca } = organizations[0]!.peer.tls;
    const server = createSecureServer({ cert, key, settings: { initialWindowSize: 4_000_000 } });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const own = join(dataDir, 'relayed');
    await mkdir(join(own, 'ledger'), { recursive: true });
    for (const name of ['genesis.block', 'network.json', 'organizations'])
      await symlink(join(ledger, name), join(own, 'ledger', name));
    await symlink(join(dataDir, 'keys'), join(own, 'keys'));
    await cp(join(dataDir, 'pin.json'), join(own, 'pin.json'));
    const endpoint = `localhost:${(server.address() as AddressInfo).port}`;
    await writeFile(join(own, 'ledger', 'connection.json'), JSON.stringify({ ...connection, endpoint }));
    return new LedgerRelay(server, { url: `https://${connection.endpoint}`, ca }, own);
  }

  /** Arms one fault, for one call; resolves when the fault is there: a call is held, its answer lost, or it was sent thrice. */
  next(fault: Fault): Promise<void> {
    return new Promise((met) => {
      this.armed = { fault, met };
    });
  }

  async close(): Promise<void> {
    for (const session of this.sessions) session.destroy();
    this.upstream?.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async relay(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    const request = await bytesOf(stream);
    const met = this.faultFor(headers, request);
    if (met?.fault.act === 'hold-request') return met.met();
    const answer = await this.ask(headers, request);
    if (met?.fault.act === 'thrice')
      for (let copy = 0; copy < 2; copy += 1) await this.ask(headers, request).catch(() => undefined);
    met?.met();
    if (met?.fault.act === 'hold-answer') return;
    if (met?.fault.act === 'lose-answer') return stream.session?.destroy();
    reply(stream, answer);
  }

  private faultFor(headers: IncomingHttpHeaders, request: Buffer) {
    const { armed } = this;
    if (armed === undefined || !headers[':path']?.endsWith(`/${armed.fault.method}`)) return undefined;
    if (armed.fault.has !== undefined && !request.includes(armed.fault.has)) return undefined;
    this.armed = undefined;
    return armed;
  }

  private ask(headers: IncomingHttpHeaders, request: Buffer): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const asked = this.session().request(withoutConnection(headers));
      const answer: Answered = { headers: {}, body: Buffer.alloc(0), trailers: {} };
      const parts: Buffer[] = [];
      asked.on('response', (got) => (answer.headers = got));
      asked.on('trailers', (got) => (answer.trailers = got));
      asked.on('data', (part: Buffer) => parts.push(part));
      asked.on('error', reject);
      asked.on('close', () => {
        if (answer.headers[':status'] === undefined) reject(new Error('no answer'));
        else resolve({ ...answer, body: Buffer.concat(parts) });
      });
      asked.end(request);
    });
  }

  private session(): ClientHttp2Session {
    if (this.upstream === undefined || this.upstream.closed || this.upstream.destroyed) {
      const { url, ca } = this.target;
      this.upstream = connect(url, { ca, settings: { initialWindowSize: 4_000_000 } });
      this.upstream.on('error', () => undefined);
    }
    return this.upstream;
  }
}

async function bytesOf(stream: ServerHttp2Stream): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** What belongs to one connection and not to the call. */
function withoutConnection(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'host' && name !== 'connection'));
}

function reply(stream: ServerHttp2Stream, { headers, body, trailers }: Answered): void {
  if (stream.destroyed) return;
  if (headers['grpc-status'] !== undefined) {
    stream.respond(headers, { endStream: true });
    return;
  }
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.respond(headers, { waitForTrailers: true });
  stream.end(body);
}
