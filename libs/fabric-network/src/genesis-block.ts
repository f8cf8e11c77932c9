// Hyperledger Fabric 3.1 documentation, "Channel configuration": block 0 of a channel without system channel
import { common } from '@hyperledger/fabric-protos';
import {
  dataHash,
  encodeBlock,
  encodeChannelHeader,
  encodeEnvelope,
  encodePayload,
  encodeSignatureHeader,
  HEADER_TYPE,
  METADATA,
  metadataBytes,
  ordererMetadata,
  transactionId,
} from '#libs/fabric-block';
import { applicationGroup, type PeerOrganization } from './application-group.js';
import { capabilities, configGroup } from './config-group.js';
import { implicitPolicy } from './config-policy.js';
import { type OrdererOrganization, ordererGroup } from './orderer-group.js';

export interface GenesisOptions {
  channel: string;
  orderer: OrdererOrganization;
  organizations: readonly PeerOrganization[];
  /** Goes into the channel header, to the millisecond. */
  time: Date;
  /** 24 random bytes: two channels made alike get different transaction ids. */
  nonce: Uint8Array;
}

/** Encoded block 0. Equal options give equal bytes. It is signed by nobody: who trusts it knows its hash. */
export function genesisBlock(options: GenesisOptions): Uint8Array {
  const data = [encodeEnvelope({ payload: configPayload(options), signature: new Uint8Array() })];
  const metadata: Uint8Array[] = Array.from({ length: 5 }, () => new Uint8Array());
  metadata[METADATA.SIGNATURES] = metadataBytes(ordererMetadata(0));
  return encodeBlock({ number: 0, previousHash: new Uint8Array(), dataHash: dataHash(data), data, metadata });
}

function configPayload({ channel, time, nonce, ...organizations }: GenesisOptions): Uint8Array {
  const config = new common.Config();
  config.setChannelGroup(channelGroup(organizations));
  const envelope = new common.ConfigEnvelope();
  envelope.setConfig(config);
  const seconds = Math.floor(time.getTime() / 1_000);
  const nanos = (time.getTime() - seconds * 1_000) * 1_000_000;
  const channelHeaderBytes = encodeChannelHeader({
    type: HEADER_TYPE.CONFIG,
    version: 1,
    timestamp: { seconds, nanos },
    channelId: channel,
    txId: transactionId(nonce, new Uint8Array()),
  });
  const signatureHeaderBytes = encodeSignatureHeader({ creator: new Uint8Array(), nonce });
  return encodePayload({ channelHeaderBytes, signatureHeaderBytes, data: envelope.serializeBinary() });
}

function channelGroup({
  orderer,
  organizations,
}: Pick<GenesisOptions, 'orderer' | 'organizations'>): common.ConfigGroup {
  const hashing = new common.HashingAlgorithm();
  hashing.setName('SHA256');
  const structure = new common.BlockDataHashingStructure();
  structure.setWidth(0xffffffff);
  return configGroup({
    values: {
      HashingAlgorithm: hashing,
      BlockDataHashingStructure: structure,
      Capabilities: capabilities('V3_0'),
    },
    policies: {
      Readers: implicitPolicy('ANY', 'Readers'),
      Writers: implicitPolicy('ANY', 'Writers'),
      Admins: implicitPolicy('MAJORITY', 'Admins'),
    },
    groups: { Orderer: ordererGroup(orderer), Application: applicationGroup(organizations) },
  });
}
