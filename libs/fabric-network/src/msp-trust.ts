import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlockTrust } from '#libs/fabric-block';
import { type NetworkDescription, readDescription } from './network-description.js';
import { MSP, organizationFolder } from './network-layout.js';

/**
 * The trust root of the network in `folder`, for the pin file and for `openBlock`: channel, CA certificates (PEM) of
 * orderer and peer organisations, and that every peer organisation must endorse. Reads no private key. Throws where
 * there is no network.
 */
export async function mspTrust(folder: string): Promise<BlockTrust> {
  const description = await readDescription(folder);
  if (!description) throw new Error('There is no network in the ledger folder');
  return trustOf(folder, description);
}

export async function trustOf(folder: string, description: NetworkDescription): Promise<BlockTrust> {
  const mspIds = description.organizations.map(({ mspId }) => mspId);
  return {
    channel: description.channel,
    ordererMsps: await rootsOf(folder, [description.orderer.mspId]),
    peerMsps: await rootsOf(folder, mspIds),
    endorsement: mspIds,
  };
}

async function rootsOf(folder: string, mspIds: readonly string[]): Promise<Record<string, string[]>> {
  const roots = mspIds.map(async (mspId): Promise<[string, string[]]> => [mspId, [await caOf(folder, mspId)]]);
  return Object.fromEntries(await Promise.all(roots));
}

function caOf(folder: string, mspId: string): Promise<string> {
  return readFile(join(folder, organizationFolder(mspId), MSP.ca), 'utf8');
}
