// Hyperledger Fabric 3.1 documentation, "Channel configuration": the Orderer group; orderer/etcdraft/configuration.proto
import { common, orderer } from '@hyperledger/fabric-protos';
import type { HostPort } from './application-group.js';
import { capabilities, configGroup } from './config-group.js';
import { implicitPolicy, rolePolicy } from './config-policy.js';
import { mspValue, type OrganizationCertificates } from './msp-value.js';

export interface OrdererOrganization extends OrganizationCertificates {
  name: string;
  /** Each raft node with its TLS certificate (PEM), which serves both directions. */
  consenters: (HostPort & { tlsCertificate: string })[];
}

const MEBIBYTE = 1024 * 1024;

/** The ordering organisation: raft, blocks cut after 200 ms or 500 transactions. */
export function ordererGroup(organization: OrdererOrganization): common.ConfigGroup {
  return configGroup({
    values: {
      ConsensusType: consensusType(organization),
      BatchSize: batchSize(),
      BatchTimeout: batchTimeout('200ms'),
      ChannelRestrictions: new orderer.ChannelRestrictions(),
      Capabilities: capabilities('V2_0'),
    },
    policies: {
      Readers: implicitPolicy('ANY', 'Readers'),
      Writers: implicitPolicy('ANY', 'Writers'),
      Admins: implicitPolicy('MAJORITY', 'Admins'),
      BlockValidation: implicitPolicy('ANY', 'Writers'),
    },
    groups: { [organization.name]: organizationGroup(organization) },
  });
}

function organizationGroup(organization: OrdererOrganization): common.ConfigGroup {
  const { mspId } = organization;
  const endpoints = new common.OrdererAddresses();
  endpoints.setAddressesList(organization.consenters.map(({ host, port }) => `${host}:${port}`));
  return configGroup({
    values: { MSP: mspValue(organization), Endpoints: endpoints },
    policies: {
      Readers: rolePolicy(mspId, ['MEMBER']),
      Writers: rolePolicy(mspId, ['MEMBER']),
      Admins: rolePolicy(mspId, ['ADMIN']),
    },
  });
}

function consensusType(organization: OrdererOrganization): orderer.ConsensusType {
  const metadata = new orderer.etcdraft.ConfigMetadata();
  metadata.setConsentersList(organization.consenters.map(consenter));
  metadata.setOptions(raftOptions());
  const message = new orderer.ConsensusType();
  message.setType('etcdraft');
  message.setMetadata(metadata.serializeBinary());
  return message;
}

function consenter(node: OrdererOrganization['consenters'][number]): orderer.etcdraft.Consenter {
  const certificate = Buffer.from(node.tlsCertificate);
  const message = new orderer.etcdraft.Consenter();
  message.setHost(node.host);
  message.setPort(node.port);
  message.setClientTlsCert(certificate);
  message.setServerTlsCert(certificate);
  return message;
}

function raftOptions(): orderer.etcdraft.Options {
  const message = new orderer.etcdraft.Options();
  message.setTickInterval('100ms');
  message.setElectionTick(10);
  message.setHeartbeatTick(1);
  message.setMaxInflightBlocks(5);
  message.setSnapshotIntervalSize(16 * MEBIBYTE);
  return message;
}

function batchSize(): orderer.BatchSize {
  const message = new orderer.BatchSize();
  message.setMaxMessageCount(500);
  message.setAbsoluteMaxBytes(10 * MEBIBYTE);
  message.setPreferredMaxBytes(2 * MEBIBYTE);
  return message;
}

function batchTimeout(timeout: string): orderer.BatchTimeout {
  const message = new orderer.BatchTimeout();
  message.setTimeout(timeout);
  return message;
}
