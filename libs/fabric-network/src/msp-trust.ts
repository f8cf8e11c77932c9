import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Block, type BlockTrust, channelConfig, decodeBlock } from '#libs/fabric-block';
import { type NetworkDescription, readDescription } from './network-description.js';
import { DESCRIPTION, GENESIS, MSP, organizationFolder } from './network-layout.js';

const ENDORSEMENT = '/Channel/Application/Endorsement';

/**
 * The trust root of the network in `folder`, for the pin file and for `openBlock`: channel, CA certificates (PEM) of
 * orderer and peer organisations, and how many of the latter must endorse by the channel's own policy. Reads no private
 * key. Throws where there is no network, or one whose policy is no number of organisations.
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
    ...endorsementOf(decodeBlock(await readFile(join(folder, GENESIS))), mspIds),
  };
}

/** The first block has the rule; who is counted by it may have grown since. */
function endorsementOf(genesis: Block, mspIds: string[]): Pick<BlockTrust, 'endorsement' | 'atLeast'> {
  const config = channelConfig(genesis);
  const missing = Object.keys(config.peerMsps).find((mspId) => !mspIds.includes(mspId));
  if (missing !== undefined)
    throw new Error(`${DESCRIPTION} in the ledger folder lacks ${missing}, an organisation of the channel`);
  const atLeast = config.threshold(ENDORSEMENT, mspIds.length);
  if (atLeast === undefined)
    throw new Error(`The channel's policy ${ENDORSEMENT} is not ANY, ALL or MAJORITY, so that a pin could name it`);
  return atLeast < mspIds.length ? { endorsement: mspIds, atLeast } : { endorsement: mspIds };
}

async function rootsOf(folder: string, mspIds: readonly string[]): Promise<Record<string, string[]>> {
  const roots = mspIds.map(async (mspId): Promise<[string, string[]]> => [mspId, [await caOf(folder, mspId)]]);
  return Object.fromEntries(await Promise.all(roots));
}

function caOf(folder: string, mspId: string): Promise<string> {
  return readFile(join(folder, organizationFolder(mspId), MSP.ca), 'utf8');
}
