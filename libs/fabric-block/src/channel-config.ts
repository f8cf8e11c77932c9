// Hyperledger Fabric 3.1 documentation, "Channel configuration": what a configuration block says of members and policies
import { common, msp, peer } from '@hyperledger/fabric-protos';
import type { Block } from './block.js';
import { BlockError } from './block-error.js';
import { decodeLoosely, present } from './canonical-message.js';
import { decodeEnvelope } from './envelope.js';
import { HEADER_TYPE } from './header.js';
import { type Membership, membership } from './membership.js';
import type { MspRoots } from './msp.js';
import { implicitPolicy, implicitThreshold, NEVER, type Policy, signaturePolicy } from './policy.js';

export interface ChannelConfig {
  channel: string;
  /** By MSP id, with intermediate CAs and revocation lists. */
  peerMsps: Record<string, MspRoots>;
  ordererMsps: Record<string, MspRoots>;
  /** Members of all organisations. */
  members: Membership;
  /** Name of the group of a peer organisation, by MSP id: the part of policy paths. */
  organizationName(mspId: string): string | undefined;
  /** A policy by its path, such as /Channel/Application/Endorsement; undefined where there is none. */
  policy(path: string): Policy | undefined;
  /** The same as a number: how many of `organizations` must agree, where the policy is ANY, ALL or a MAJORITY of theirs; else undefined. */
  threshold(path: string, organizations: number): number | undefined;
  /** Path of the policy that the channel's ACLs give a resource, such as qscc/GetChainInfo; undefined where it has none of its own. */
  acl(resource: string): string | undefined;
}

/** Reads a configuration block, such as block 0. Trusts it: compare its hash first. Throws BlockError. */
export function channelConfig(block: Block): ChannelConfig {
  const envelope = decodeEnvelope(present(block.data[0], 'configuration'));
  const { type, channelId } = envelope.channelHeader;
  if (type !== HEADER_TYPE.CONFIG) throw new BlockError('HEADER', `Block ${block.number} is no configuration block.`);
  const config = decodeLoosely(common.ConfigEnvelope, envelope.data, 'configuration');
  const root = present(config.getConfig()?.getChannelGroup(), 'channel group of the configuration');
  const applications = organizations(root, 'Application');
  const peerMsps = msps(applications);
  const ordererMsps = msps(organizations(root, 'Orderer'));
  const names = new Map(applications.map(({ name, mspId }) => [mspId, name]));
  const policies = new Map<string, Policy>();
  readPolicies(root, '/Channel', policies);
  const implicit = implicitOf(root.getGroupsMap().get('Application'), '/Channel/Application');
  const acls = accessControls(root);
  return {
    channel: channelId,
    peerMsps,
    ordererMsps,
    members: membership({ ...ordererMsps, ...peerMsps }),
    organizationName: (mspId) => names.get(mspId),
    policy: (path) => policies.get(path),
    threshold: (path, count) => (implicit.has(path) ? implicitThreshold(implicit.get(path)!, count) : undefined),
    acl: (resource) => acls.get(resource),
  };
}

/** The implicit policies of a group, by path. */
function implicitOf(group: common.ConfigGroup | undefined, path: string): Map<string, common.ImplicitMetaPolicy> {
  const { IMPLICIT_META } = common.Policy.PolicyType;
  const messages = [...(group?.getPoliciesMap().entries() ?? [])].filter(
    ([, message]) => message.getPolicy()?.getType() === IMPLICIT_META,
  );
  return new Map(
    messages.map(([name, message]) => {
      const value = message.getPolicy()!.getValue_asU8();
      return [`${path}/${name}`, decodeLoosely(common.ImplicitMetaPolicy, value, 'implicit policy')];
    }),
  );
}

interface Organization {
  name: string;
  mspId: string;
  roots: MspRoots;
}

function organizations(root: common.ConfigGroup, group: 'Application' | 'Orderer'): Organization[] {
  const groups = root.getGroupsMap().get(group)?.getGroupsMap();
  return [...(groups?.entries() ?? [])].map(([name, organization]) => {
    const value = present(organization.getValuesMap().get('MSP'), `MSP of ${name}`).getValue_asU8();
    const config = decodeLoosely(msp.MSPConfig, value, 'MSP configuration').getConfig_asU8();
    const fabric = decodeLoosely(msp.FabricMSPConfig, config, 'MSP configuration');
    const roots = pems(fabric.getRootCertsList_asU8());
    return {
      name,
      mspId: fabric.getName(),
      roots: {
        roots,
        intermediates: pems(fabric.getIntermediateCertsList_asU8()),
        revocationLists: fabric.getRevocationListList_asU8(),
      },
    };
  });
}

/** A name that is no path stands for a policy of the application. */
function accessControls(root: common.ConfigGroup): Map<string, string> {
  const value = root.getGroupsMap().get('Application')?.getValuesMap().get('ACLs')?.getValue_asU8();
  if (!value) return new Map();
  const entries = [...decodeLoosely(peer.ACLs, value, 'access control lists').getAclsMap().entries()];
  return new Map(
    entries.map(([resource, rule]) => {
      const named = rule.getPolicyRef();
      return [resource, named.startsWith('/') ? named : `/Channel/Application/${named}`];
    }),
  );
}

function pems(certificates: Uint8Array[]): string[] {
  return certificates.map((certificate) => Buffer.from(certificate).toString('utf8'));
}

function msps(all: readonly Organization[]): Record<string, MspRoots> {
  return Object.fromEntries(all.map(({ mspId, roots }) => [mspId, roots]));
}

/** Children first: an implicit policy is made of those of the groups just below. */
function readPolicies(group: common.ConfigGroup, path: string, policies: Map<string, Policy>): void {
  const children = [...group.getGroupsMap().entries()].map(([name, child]) => {
    readPolicies(child, `${path}/${name}`, policies);
    return `${path}/${name}`;
  });
  for (const [name, message] of group.getPoliciesMap().entries()) {
    const below = (subPolicy: string) => children.map((child) => policies.get(`${child}/${subPolicy}`) ?? NEVER);
    policies.set(`${path}/${name}`, policyOf(message.getPolicy(), below));
  }
}

function policyOf(message: common.Policy | undefined, below: (subPolicy: string) => Policy[]): Policy {
  const { SIGNATURE, IMPLICIT_META } = common.Policy.PolicyType;
  const value = message?.getValue_asU8() ?? new Uint8Array();
  if (message?.getType() === SIGNATURE) {
    return signaturePolicy(decodeLoosely(common.SignaturePolicyEnvelope, value, 'signature policy'));
  }
  if (message?.getType() !== IMPLICIT_META) return NEVER;
  const implicit = decodeLoosely(common.ImplicitMetaPolicy, value, 'implicit policy');
  return implicitPolicy(implicit, below(implicit.getSubPolicy()));
}
