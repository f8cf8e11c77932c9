import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer. */
export interface Received {
  status: number;
  body: Buffer;
}

const END_OF_HEAD = '\r\n\r\n';

/**
 * One kept connection over which one request goes after the other, and so little beside it that the server is measured and not
 * this. Takes answers with a Content-Length or without a body.
 */
export class Wire {
  #received: Buffer[] = [];
  #waiting: { resolve: (received: Received) => void; reject: (error: Error) => void } | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly path: string,
    private readonly head: string,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')));
    socket.on('error', () => undefined); // told by 'close'
  }

  static async open(base: string, token?: string): Promise<Wire> {
    const { hostname, port, pathname } = new URL(base);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const authorization = token === undefined ? '' : `authorization: Bearer ${token}\r\n`;
    const head = ` HTTP/1.1\r\nhost: ${hostname}:${port}\r\n${authorization}content-type: application/fhir+json\r\n`;
    return new Wire(socket, pathname.replace(/\/$/, ''), head);
  }

  send(method: string, path: string, body = ''): Promise<Received> {
    const length = body === '' ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`;
    this.socket.write(`${method} ${this.path}${path}${this.head}${length}\r\n${body}`);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  close(): void {
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received.push(chunk);
    const all = this.#received.length === 1 ? chunk : Buffer.concat(this.#received);
    this.#received = [all];
    const end = all.indexOf(END_OF_HEAD);
    if (end < 0) return;
    const head = all.toString('latin1', 0, end);
    const start = end + END_OF_HEAD.length;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    if (all.length < start + length) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#received = [];
    waiting?.resolve({ status: Number(head.slice(9, 12)), body: all.subarray(start, start + length) });
  }
}
