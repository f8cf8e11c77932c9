import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { NetworkDescription } from './network-description.js';
import { CONNECTION, MEMBER, MSP, memberFolder, TLS } from './network-layout.js';
import { replaceFile } from './whole-folder.js';

/** How a client of the first organisation reaches the ledger: content of connection.json. File names are absolute. */
export interface Connection {
  channel: string;
  chaincode: string;
  mspId: string;
  /** host:port */
  endpoint: string;
  /** TLS server name to expect. */
  serverName: string;
  /** File of the CA certificate that signed the listener's certificate: the TLS CA of the first organisation. */
  tlsCa: string;
  certificate: string;
  privateKey: string;
}

export function connectionOf(folder: string, description: NetworkDescription, endpoint: string): Connection {
  const mspId = description.organizations[0]!.mspId;
  const client = join(resolve(folder), memberFolder(mspId, MEMBER.client));
  return {
    channel: description.channel,
    chaincode: description.chaincode,
    mspId,
    endpoint,
    serverName: 'localhost',
    tlsCa: join(client, TLS.ca),
    certificate: join(client, MSP.certificate),
    privateKey: join(client, MSP.privateKey),
  };
}

export function connectionText(connection: Connection): string {
  return `${JSON.stringify(connection, undefined, 2)}\n`;
}

export async function readConnection(folder: string): Promise<Connection> {
  return JSON.parse(await readFile(join(folder, CONNECTION), 'utf8'));
}

/** Rewrites connection.json if the folder has moved or the endpoint is another. */
export async function refreshConnection(
  folder: string,
  description: NetworkDescription,
  endpoint: string | undefined,
): Promise<Connection> {
  const known = await readConnection(folder);
  const current = connectionOf(folder, description, endpoint ?? known.endpoint);
  if (connectionText(current) !== connectionText(known)) {
    await replaceFile(join(folder, CONNECTION), connectionText(current));
  }
  return current;
}
