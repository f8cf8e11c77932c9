// What tests of batches and transactions are made of
import type { Reply } from './test-server.js';

interface Response {
  status: string;
  location?: string;
  etag?: string;
  lastModified?: string;
  outcome?: { issue: { diagnostics: string; expression?: string[] }[] };
}
export type Entries = { resource?: Record<string, unknown>; response: Response }[];

export const request = (method: string, url: string, more: object = {}) => ({ method, url, ...more });
export const post = (resource: { resourceType: string }, more: object = {}) => ({
  resource,
  request: request('POST', resource.resourceType),
  ...more,
});
export const entriesOf = (reply: Reply) => reply.json().entry as unknown as Entries;
export const statusesOf = (reply: Reply) => entriesOf(reply).map(({ response }) => response.status.slice(0, 3));
export const patient = (family: string, more: object = {}) => ({
  resourceType: 'Patient',
  name: [{ family }],
  ...more,
});
export const nameOf = ({ response }: Entries[number]) =>
  response.location?.split('/').slice(-4, -2).join('/') as string;
