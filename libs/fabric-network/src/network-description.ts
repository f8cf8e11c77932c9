import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DESCRIPTION } from './network-layout.js';
import type { OrganizationName } from './organization.js';

const FORMAT = 'holdfast-network/1';

/** What a network is called and who is in it: content of network.json. */
export interface NetworkDescription {
  channel: string;
  chaincode: string;
  orderer: OrganizationName;
  organizations: OrganizationName[];
}

export function describeNetwork(description: NetworkDescription): string {
  const { channel, chaincode, orderer, organizations } = description;
  return `${JSON.stringify({ format: FORMAT, channel, chaincode, orderer, organizations }, undefined, 2)}\n`;
}

/** Undefined where there is no network in `folder`. Throws for a description that is not ours. */
export async function readDescription(folder: string): Promise<NetworkDescription | undefined> {
  const text = await readIfThere(join(folder, DESCRIPTION));
  if (text === undefined) return undefined;
  const description: NetworkDescription & { format?: string } = JSON.parse(text);
  if (description.format === FORMAT) return description;
  throw new Error(`${DESCRIPTION} in the ledger folder is not of the format ${FORMAT}`);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
