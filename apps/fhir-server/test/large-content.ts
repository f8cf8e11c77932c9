// Requests with large content, and a look at the folder where it is kept
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { Asking, TestServer } from './test-server.js';

export const MEGABYTE = 1024 * 1024;

export const idOf = (reply: { headers: Headers }) => reply.headers.get('location')?.split('/').at(-3) as string;

/** What a test does with large content on one server. */
export function largeContent(server: TestServer) {
  /** Sends bytes in pieces, without saying how many there will be. */
  async function upload(bytes: Uint8Array, headers: Record<string, string> = {}, path = 'Binary', as?: Asking) {
    const authorization = `Bearer ${await server.token(as)}`;
    return fetch(`${server.origin}/fhir/${path}`, {
      method: path === 'Binary' ? 'POST' : 'PUT',
      headers: { authorization, 'content-type': 'application/dicom', ...headers },
      body: new Blob([new Uint8Array(bytes)]).stream(),
      duplex: 'half',
    } as RequestInit);
  }

  async function stored(bytes: Uint8Array, headers?: Record<string, string>): Promise<string> {
    const reply = await upload(bytes, headers);
    expect(reply.status).toBe(201);
    await reply.text();
    return idOf(reply);
  }

  async function download(path: string, headers: Record<string, string> = {}, as?: Asking, method = 'GET') {
    const authorization = `Bearer ${await server.token(as)}`;
    const response = await fetch(`${server.origin}/fhir/${path}`, { method, headers: { authorization, ...headers } });
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
  }

  /** The files that hold content, and those that hold content on its way. */
  async function files(): Promise<{ kept: string[]; incoming: string[] }> {
    const root = join(server.dataDir, 'blobs');
    const all = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
    const paths = all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return {
      kept: paths.filter((path) => !path.includes('incoming')),
      incoming: paths.filter((path) => path.includes('incoming')),
    };
  }

  /** The file that did not exist before. */
  async function newFile(before: readonly string[]): Promise<string> {
    const [file, ...more] = (await files()).kept.filter((path) => !before.includes(path));
    expect(more).toEqual([]);
    return file as string;
  }

  return { upload, stored, download, files, newFile };
}

export async function flip(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await file.write(byte, 0, 1, at);
  await file.close();
}

export async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < 200 && !(await condition()); n += 1) await sleep(25);
  expect(await condition()).toBe(true);
}
