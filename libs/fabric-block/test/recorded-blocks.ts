import { readFileSync } from 'node:fs';
import { common, msp } from '@hyperledger/fabric-protos';
import { type Block, type BlockTrust, decodeBlock, decodeEnvelope } from '../src/index.js';

export interface Recording {
  raw: Buffer[];
  blocks: Block[];
  trust: BlockTrust;
}

/** Blocks of a real network (see the vectors' README), with the trust that its genesis block names. `endorsement` is left empty. */
export function recording(name: 'mixed' | 'sequential'): Recording {
  const file = new URL(`../../../../shared/vectors/fabric/${name}.blocks.json`, import.meta.url);
  const texts: string[] = JSON.parse(readFileSync(file, 'utf8'));
  const raw = texts.map((text) => Buffer.from(text, 'base64'));
  const blocks = raw.map(decodeBlock);
  return { raw, blocks, trust: genesisTrust(blocks[0]!) };
}

function genesisTrust(genesis: Block): BlockTrust {
  const envelope = decodeEnvelope(genesis.data[0]!);
  const channel = common.ConfigEnvelope.deserializeBinary(envelope.data).getConfig()!.getChannelGroup()!;
  const peerMsps = groupMsps(channel.getGroupsMap().get('Application')!);
  return {
    channel: envelope.channelHeader.channelId,
    ordererMsps: groupMsps(channel.getGroupsMap().get('Orderer')!),
    peerMsps,
    endorsement: Object.keys(peerMsps),
    atLeast: 1,
  };
}

function groupMsps(group: common.ConfigGroup): Record<string, string[]> {
  const organisations = [...group.getGroupsMap().entries()].map(([, organisation]) => {
    const value = organisation.getValuesMap().get('MSP')!.getValue_asU8();
    const config = msp.FabricMSPConfig.deserializeBinary(msp.MSPConfig.deserializeBinary(value).getConfig_asU8());
    return [config.getName(), config.getRootCertsList_asU8().map((pem) => Buffer.from(pem).toString())] as const;
  });
  return Object.fromEntries(organisations);
}
