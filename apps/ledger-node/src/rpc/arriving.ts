// gRPC over HTTP/2 (PROTOCOL-HTTP2.md): requests that are not whole yet, of which the gRPC library tells nothing
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { constants, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { PartialMessage } from './partial-message.js';

const CREATED = 'http2.server.stream.created';
/** What a client of gRPC is told with it: RESOURCE_EXHAUSTED. */
const { NGHTTP2_ENHANCE_YOUR_CALM: TOO_MUCH } = constants;

export interface ArrivingLimits {
  /** Bytes of all requests together that are not whole. */
  readonly bytes: number;
  /** From the first byte of a request to its last. */
  readonly milliseconds: number;
  /** Path of a call that is many messages, each of which is worked on when it is whole. */
  readonly isStreamed: (path: string) => boolean;
}

/** Bounds what is in memory of requests that have begun to arrive: the one that is too much is refused, and one that never ends. */
export class Arriving {
  private readonly sessions = new WeakSet<ServerHttp2Session>();
  private bytes = 0;

  constructor(private readonly limits: ArrivingLimits) {}

  /** Watches what arrives at this port from now on; gives the function that ends it. */
  watch(port: number): () => void {
    const see = (message: unknown) => {
      const { session } = (message as { stream: ServerHttp2Stream }).stream;
      const known = session as ServerHttp2Session | undefined;
      if (known === undefined || known.socket.localPort !== port || this.sessions.has(known)) return;
      this.sessions.add(known);
      // First of all listeners, in the same turn as the library's own: whoever listens to data alone would take it away.
      known.prependListener('stream', (stream, headers) => this.follow(stream, headers));
    };
    subscribe(CREATED, see);
    return () => unsubscribe(CREATED, see);
  }

  private follow(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const { bytes, milliseconds, isStreamed } = this.limits;
    const message = isStreamed(headers[':path'] ?? '') ? new PartialMessage() : undefined;
    let pending = 0;
    let timer: NodeJS.Timeout | undefined;
    const refuse = () => stream.close(TOO_MUCH);
    const hold = (now: number) => {
      this.bytes += now - pending;
      pending = now;
      if (now > 0) timer ??= setTimeout(refuse, milliseconds).unref();
      else {
        clearTimeout(timer);
        timer = undefined;
      }
    };
    stream.on('data', (chunk: Buffer) => {
      hold(message ? message.after(chunk) : pending + chunk.length);
      if (this.bytes > bytes) refuse();
    });
    stream.on('end', () => hold(0)).on('close', () => hold(0));
  }
}
