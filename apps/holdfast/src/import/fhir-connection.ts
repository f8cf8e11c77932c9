// FHIR R4, section 3.1.0 "RESTful API", from the client's side.
import * as http from 'node:http';
import * as https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../start-error.js';

export interface Request {
  method: 'GET' | 'PUT' | 'POST';
  /** Behind the base, with a slash at its head. */
  path: string;
  body?: Uint8Array;
}

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

/** The import cannot go on: no server there, or one that does not take the token. */
export class ConnectionError extends StartError {}

/** A large transaction takes its time. */
const TIMEOUT = 300_000;
const LONGEST_ANSWER = 256 * 1024 * 1024;
const ATTEMPTS = 6;
const LONGEST_PAUSE = 10_000;

/** Keep-alive connections to one FHIR server. Close it when done. */
export class FhirConnection {
  private readonly agent: http.Agent;
  private readonly base: URL;

  /** @throws ConnectionError when `base` is no http(s) URL. */
  constructor(
    base: string,
    private readonly token: string,
    connections: number,
  ) {
    this.base = baseUrl(base);
    const options = { keepAlive: true, maxSockets: connections };
    this.agent = this.base.protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
  }

  /**
   * The server's answer, whatever its status but 401. A server that is busy (429, 503) is asked again a few times.
   * @throws ConnectionError
   */
  async send(request: Request): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.sendOnce(request);
      if (answer.status === 401) throw new ConnectionError('The server does not accept the token');
      if ((answer.status !== 429 && answer.status !== 503) || attempt === ATTEMPTS) return answer;
      await sleep(Math.min(retryAfter(answer) ?? 1000, LONGEST_PAUSE));
    }
  }

  close(): void {
    this.agent.destroy();
  }

  private async sendOnce(request: Request, again = true): Promise<Answer> {
    const outgoing = this.open(request);
    try {
      return await answerTo(outgoing, request.body);
    } catch (error) {
      // A connection that was kept alive may have been closed by the server just then: RFC 9112 section 9.3.1.
      if (again && outgoing.reusedSocket && isReset(error)) return this.sendOnce(request, false);
      throw new ConnectionError(`The server at ${this.base.host} does not answer (${reasonOf(error)})`, {
        cause: error,
      });
    }
  }

  private open({ method, path, body }: Request): http.ClientRequest {
    const { request } = this.base.protocol === 'https:' ? https : http;
    const headers = {
      Authorization: `Bearer ${this.token}`,
      Accept: 'application/fhir+json, application/json;q=0.9',
      ...(body
        ? { 'Content-Type': 'application/fhir+json', 'Content-Length': body.length, Prefer: 'return=minimal' }
        : {}),
    };
    return request(this.base.href.replace(/\/$/, '') + path, { method, headers, agent: this.agent, timeout: TIMEOUT });
  }
}

/** Milliseconds that the server asks to wait, if it does. */
export function retryAfter(answer: Answer): number | undefined {
  const seconds = Number(answer.headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

function baseUrl(base: string): URL {
  const url = URL.parse(base.replace(/\/+$/, ''));
  if (!url || !/^https?:$/.test(url.protocol)) throw new ConnectionError(`${base} is no http or https URL`);
  return url;
}

function answerTo(outgoing: http.ClientRequest, body: Uint8Array | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('timeout', () => outgoing.destroy(new Error('time-out')));
    outgoing.on('response', (incoming) => {
      textOf(incoming).then(
        (text) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
        reject,
      );
    });
    outgoing.end(body);
  });
}

async function textOf(incoming: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_ANSWER) throw new Error('answer too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function isReset(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

function reasonOf(error: unknown): string {
  return codeOf(error) ?? (error instanceof Error ? error.message : String(error));
}
