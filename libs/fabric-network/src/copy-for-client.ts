import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Connection, connectionText, readConnection } from './connection.js';
import type { PlannedFile } from './msp-folder.js';
import { readDescription } from './network-description.js';
import { CONNECTION, DESCRIPTION, GENESIS, MSP, organizationFolder } from './network-layout.js';
import { writeWhole } from './whole-folder.js';

/** Files of the copy that belong to the one client. Their names in connection.json are relative to it. */
const CLIENT = { tlsCa: 'client/tls-ca.pem', certificate: 'client/cert.pem', privateKey: 'client/key.pem' } as const;

async function clientFiles(from: string): Promise<PlannedFile[]> {
  const connection: Connection = await readConnection(from);
  const copies = Object.entries(CLIENT).map(async ([name, path]) => {
    const content = await readFile(resolve(from, connection[name as keyof typeof CLIENT]));
    return { path, content, secret: name === 'privateKey' };
  });
  const text = connectionText({ ...connection, ...CLIENT });
  return [{ path: CONNECTION, content: text, secret: false }, ...(await Promise.all(copies))];
}

async function publicFiles(from: string): Promise<PlannedFile[]> {
  const description = await readDescription(from);
  if (!description) throw new Error(`There is no ${DESCRIPTION} in ${from}`);
  const members = [description.orderer, ...description.organizations];
  const authorities = members.map(({ mspId }) => join(organizationFolder(mspId), MSP.ca));
  const paths = [DESCRIPTION, GENESIS, ...authorities];
  return Promise.all(paths.map(async (path) => ({ path, content: await readFile(join(from, path)), secret: false })));
}

/**
 * Makes `to`, whole, with what one client needs of the network in `from`: connection, description, first block, CA certificates,
 * and the client's own key; and the texts of `more`, by file name. What was in `to` is replaced.
 */
export async function copyForClient(from: string, to: string, more: Record<string, string> = {}): Promise<void> {
  const added = Object.entries(more).map(([path, content]) => ({ path, content, secret: false }));
  const files = [...(await publicFiles(from)), ...(await clientFiles(from)), ...added];
  await rm(to, { recursive: true, force: true });
  await writeWhole(resolve(to), files);
}
