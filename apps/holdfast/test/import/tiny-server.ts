import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, splice } from '#libs/fhir-json';

/** What a test makes the server do otherwise than well. */
export interface Behaviour {
  /** Status and diagnostics for a resource that is refused. */
  refuse?: (type: string, text: string) => [status: number, diagnostics: string] | undefined;
  hide?: (key: string) => boolean;
  /** What is sent instead of the stored text. */
  alter?: (text: string) => string;
  /** How often a receipt is answered 202 first. */
  unanchored?: number;
}

interface Version {
  received: string;
  stored: string;
}

/** The edge's counterpart in these tests: keeps bytes over real HTTP, with versions, ETags and receipts, and judges nothing. */
export class TinyServer {
  readonly versions = new Map<string, Version[]>();
  readonly log: string[] = [];
  /** The language of the first resource of each transaction, in order. */
  readonly bundles: string[] = [];
  /** How many transactions were under way at once; and how many others while the first was. */
  most = 0;
  besideFirst = 0;
  private underWay = 0;
  private readonly asked = new Map<string, number>();
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));

  constructor(private readonly behaviour: Behaviour = {}) {}

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/fhir`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    this.log.push(`${method} ${url}`);
    const [, , type = '', id, history, version] = url.split('/');
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const answer =
      type === '' && method === 'POST'
        ? await this.transaction(body)
        : this.route(request.headers.authorization, method, { type, id, history, version, body });
    response.writeHead(answer.status, { 'Content-Type': 'application/fhir+json', ...answer.headers }).end(answer.body);
  }

  private route(authorization: string | undefined, method: string, asked: Asked): Answer {
    const { type, id, history, version, body } = asked;
    if (authorization !== 'Bearer secret') return outcome(401, 'Who are you?');
    if (method === 'GET') return history ? this.receipt(`${type}/${id}`, Number(version)) : this.read(`${type}/${id}`);
    return this.store(type, id ?? `made-${this.versions.size + 1}`, body);
  }

  private async transaction(body: string): Promise<Answer> {
    const refusal = this.behaviour.refuse?.('', body);
    if (refusal) return outcome(...refusal);
    const { entry } = JSON.parse(body) as { entry: { resource: { resourceType: string; language: string } }[] };
    if (this.bundles.length === 1 && this.underWay > 0) this.besideFirst += 1;
    this.bundles.push(entry[0]?.resource.language ?? '');
    this.underWay += 1;
    this.most = Math.max(this.most, this.underWay);
    await sleep(30);
    this.underWay -= 1;
    const responses = entry.map(({ resource }) => {
      const made = this.store(resource.resourceType, `made-${this.versions.size + 1}`, JSON.stringify(resource));
      return { response: { status: '201 Created', location: made.headers?.Location } };
    });
    return { status: 200, body: JSON.stringify({ resourceType: 'Bundle', entry: responses }) };
  }

  private store(type: string, id: string, received: string): Answer {
    const refusal = this.behaviour.refuse?.(type, received);
    if (refusal) return outcome(...refusal);
    const versions = this.versions.get(`${type}/${id}`) ?? [];
    const versionId = String(versions.length + 1);
    const stored = splice(parse(Buffer.from(received)), { id, versionId, lastUpdated: '2026-11-21T09:30:00.250Z' });
    this.versions.set(`${type}/${id}`, [...versions, { received, stored: Buffer.from(stored).toString() }]);
    const headers = { ETag: `W/"${versionId}"`, Location: `http://127.0.0.1/fhir/${type}/${id}/_history/${versionId}` };
    return { status: versionId === '1' ? 201 : 200, headers, body: '' };
  }

  private read(key: string): Answer {
    const versions = this.behaviour.hide?.(key) ? [] : (this.versions.get(key) ?? []);
    const current = versions.at(-1);
    if (!current) return outcome(404, 'There is no such resource');
    const body = this.behaviour.alter?.(current.stored) ?? current.stored;
    return { status: 200, headers: { ETag: `W/"${versions.length}"` }, body };
  }

  private receipt(key: string, version: number): Answer {
    if (this.behaviour.hide?.(key)) return outcome(404, 'There is no such resource');
    const asked = (this.asked.get(key) ?? 0) + 1;
    this.asked.set(key, asked);
    if (asked <= (this.behaviour.unanchored ?? 0)) return { status: 202, headers: { 'Retry-After': '0' }, body: '' };
    return { status: 200, body: JSON.stringify({ receipt: key, version }) };
  }
}

interface Asked {
  type: string;
  id?: string;
  history?: string;
  version?: string;
  body: string;
}

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

function outcome(status: number, diagnostics: string): Answer {
  const issue = [{ severity: 'error', code: 'invalid', diagnostics }];
  return { status, body: JSON.stringify({ resourceType: 'OperationOutcome', issue }) };
}
