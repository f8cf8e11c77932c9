import { Agent, request } from 'node:http';

/** One request over a kept connection; resolves with the body. @throws Error if the status is not `expected`. */
export type Send = (method: string, path: string, expected: number, body?: string) => Promise<string>;

/** A client of one server with as many connections as it needs. */
export function httpClient(base: string, token?: string): Send {
  const agent = new Agent({ keepAlive: true });
  const url = new URL(base);
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    'content-type': 'application/fhir+json',
  };
  return (method, path, expected, body) =>
    new Promise((resolve, reject) => {
      const options = {
        agent,
        method,
        host: url.hostname,
        port: url.port,
        path: url.pathname.replace(/\/$/, '') + path,
        headers,
      };
      const sent = request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          if (response.statusCode === expected) resolve(Buffer.concat(chunks).toString());
          else reject(new Error(`${method} ${path} was ${response.statusCode}`));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
}
