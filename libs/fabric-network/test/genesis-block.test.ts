// Hyperledger Fabric 3.1 documentation, "Channel configuration": what the genesis block says

import { common, msp, orderer, peer } from '@hyperledger/fabric-protos';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Block, checkDataHash, decodeBlock, decodeEnvelope, type Envelope } from '#libs/fabric-block';
import { type GenesisOptions, genesisBlock, makeOrganization } from '../src/index.js';

const validity = { notBefore: new Date('2026-03-01T12:00:00Z'), notAfter: new Date('2036-03-01T12:00:00Z') };
let options: GenesisOptions;
let block: Block;
let envelope: Envelope;
let channel: common.ConfigGroup;

beforeAll(async () => {
  const made = await Promise.all(
    ['Orderer', 'HospitalA', 'HospitalB'].map((name) => makeOrganization({ name, mspId: `${name}MSP` }, [], validity)),
  );
  const [ordering, ...hospitals] = made.map(({ name, mspId, ca, tlsCa }) => {
    return { name, mspId, ca: ca.certificate, tlsCa: tlsCa.certificate };
  });
  options = {
    channel: 'holdfast',
    orderer: { ...ordering!, consenters: [{ host: 'localhost', port: 7050, tlsCertificate: ordering!.tlsCa }] },
    organizations: hospitals.map((hospital) => ({ ...hospital, anchorPeer: { host: 'localhost', port: 7051 } })),
    time: new Date('2026-03-01T12:00:00.250Z'),
    nonce: Buffer.alloc(24, 7),
  };
  block = decodeBlock(genesisBlock(options));
  envelope = decodeEnvelope(block.data[0]!);
  channel = common.ConfigEnvelope.deserializeBinary(envelope.data).getConfig()!.getChannelGroup()!;
});

function group(...path: string[]): common.ConfigGroup {
  return path.reduce((parent, name) => parent.getGroupsMap().get(name)!, channel);
}

function value(of: common.ConfigGroup, name: string): Uint8Array {
  return of.getValuesMap().get(name)!.getValue_asU8();
}

function implicit(of: common.ConfigGroup): Record<string, string> {
  const rules = Object.fromEntries(Object.entries(common.ImplicitMetaPolicy.Rule).map(([name, rule]) => [rule, name]));
  const policies = [...of.getPoliciesMap().entries()].map(([name, policy]) => {
    const meta = common.ImplicitMetaPolicy.deserializeBinary(policy.getPolicy()!.getValue_asU8());
    return [name, `${rules[meta.getRule()]} ${meta.getSubPolicy()}`];
  });
  return Object.fromEntries(policies);
}

function roles(of: common.ConfigGroup): Record<string, string[]> {
  const names = Object.fromEntries(Object.entries(msp.MSPRole.MSPRoleType).map(([name, role]) => [role, name]));
  const policies = [...of.getPoliciesMap().entries()].map(([name, policy]) => {
    const signatures = common.SignaturePolicyEnvelope.deserializeBinary(policy.getPolicy()!.getValue_asU8());
    expect(signatures.getRule()?.getNOutOf()?.getN()).toBe(1);
    const principals = signatures
      .getIdentitiesList()
      .map((one) => msp.MSPRole.deserializeBinary(one.getPrincipal_asU8()));
    return [name, principals.map((role) => `${role.getMspIdentifier()}.${names[role.getRole()]}`)];
  });
  return Object.fromEntries(policies);
}

function everyGroup(of = channel): common.ConfigGroup[] {
  return [of, ...[...of.getGroupsMap().entries()].flatMap(([, child]) => everyGroup(child))];
}

describe('a genesis block', () => {
  test('is the same for the same inputs and another for another nonce', () => {
    expect(Buffer.from(genesisBlock(options)).equals(genesisBlock(options))).toBe(true);
    const other = genesisBlock({ ...options, nonce: Buffer.alloc(24, 8) });
    expect(Buffer.from(other).equals(genesisBlock(options))).toBe(false);
  });

  test('is block 0 with five metadata slots, the first naming itself as the latest configuration', () => {
    expect(block.number).toBe(0);
    expect(block.previousHash).toHaveLength(0);
    expect(block.metadata.map((slot) => Buffer.from(slot).toString('hex'))).toEqual(['0a020a00', '', '', '', '']);
    checkDataHash(block);
  });

  test('has a configuration header signed by nobody', () => {
    expect(envelope.channelHeader).toMatchObject({ type: 1, version: 1, channelId: 'holdfast' });
    expect(envelope.channelHeader.timestamp).toEqual({ seconds: 1772366400, nanos: 250_000_000 });
    expect(envelope.channelHeader.txId).toMatch(/^[0-9a-f]{64}$/);
    expect([envelope.signatureHeader.creator.length, envelope.signature.length]).toEqual([0, 0]);
  });

  test('lets nothing be changed but by admins: no mod_policy is empty', () => {
    const policies = everyGroup().flatMap((one) => [
      one.getModPolicy(),
      ...[...one.getValuesMap().entries()].map(([, entry]) => entry.getModPolicy()),
      ...[...one.getPoliciesMap().entries()].map(([, entry]) => entry.getModPolicy()),
    ]);
    expect(new Set(policies)).toEqual(new Set(['Admins']));
  });

  test('has the channel values and policies of Fabric 3', () => {
    expect(common.HashingAlgorithm.deserializeBinary(value(channel, 'HashingAlgorithm')).getName()).toBe('SHA256');
    const structure = common.BlockDataHashingStructure.deserializeBinary(value(channel, 'BlockDataHashingStructure'));
    expect(structure.getWidth()).toBe(0xffffffff);
    const capabilities = common.Capabilities.deserializeBinary(value(channel, 'Capabilities'));
    expect([...capabilities.getCapabilitiesMap().keys()]).toEqual(['V3_0']);
    expect(implicit(channel)).toEqual({ Admins: 'MAJORITY Admins', Readers: 'ANY Readers', Writers: 'ANY Writers' });
  });

  test('has a raft orderer with the consenter’s certificates as PEM', () => {
    const consensus = orderer.ConsensusType.deserializeBinary(value(group('Orderer'), 'ConsensusType'));
    const metadata = orderer.etcdraft.ConfigMetadata.deserializeBinary(consensus.getMetadata_asU8());
    const [consenter] = metadata.getConsentersList();
    expect(consensus.getType()).toBe('etcdraft');
    expect(Buffer.from(consenter!.getServerTlsCert_asU8()).toString()).toBe(options.orderer.tlsCa);
    const timeout = orderer.BatchTimeout.deserializeBinary(value(group('Orderer'), 'BatchTimeout'));
    expect(timeout.getTimeout()).toBe('200ms');
    expect(implicit(group('Orderer'))).toMatchObject({ BlockValidation: 'ANY Writers', Admins: 'MAJORITY Admins' });
    expect(roles(group('Orderer', 'Orderer'))).toEqual({
      Admins: ['OrdererMSP.ADMIN'],
      Readers: ['OrdererMSP.MEMBER'],
      Writers: ['OrdererMSP.MEMBER'],
    });
  });

  test('has endorsement by a majority of hospitals, each by its peers', () => {
    expect(implicit(group('Application'))).toEqual({
      Admins: 'MAJORITY Admins',
      Endorsement: 'MAJORITY Endorsement',
      LifecycleEndorsement: 'MAJORITY Endorsement',
      Readers: 'ANY Readers',
      Writers: 'ANY Writers',
    });
    expect(roles(group('Application', 'HospitalB'))).toEqual({
      Admins: ['HospitalBMSP.ADMIN'],
      Endorsement: ['HospitalBMSP.PEER'],
      Readers: ['HospitalBMSP.ADMIN', 'HospitalBMSP.PEER', 'HospitalBMSP.CLIENT'],
      Writers: ['HospitalBMSP.ADMIN', 'HospitalBMSP.CLIENT'],
    });
    const anchors = peer.AnchorPeers.deserializeBinary(value(group('Application', 'HospitalA'), 'AnchorPeers'));
    expect(anchors.getAnchorPeersList().map((anchor) => anchor.getHost())).toEqual(['localhost']);
  });

  test('carries each organisation’s CAs with Node OUs switched on', () => {
    const [hospital] = options.organizations;
    const config = msp.MSPConfig.deserializeBinary(value(group('Application', 'HospitalA'), 'MSP'));
    const fabric = msp.FabricMSPConfig.deserializeBinary(config.getConfig_asU8());
    expect(fabric.getName()).toBe('HospitalAMSP');
    expect(fabric.getRootCertsList_asU8().map((pem) => Buffer.from(pem).toString())).toEqual([hospital!.ca]);
    expect(fabric.getTlsRootCertsList_asU8().map((pem) => Buffer.from(pem).toString())).toEqual([hospital!.tlsCa]);
    expect(fabric.getFabricNodeOus()?.getEnable()).toBe(true);
    expect(fabric.getFabricNodeOus()?.getPeerOuIdentifier()?.getOrganizationalUnitIdentifier()).toBe('peer');
  });
});
