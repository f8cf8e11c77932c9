// Hyperledger Fabric 3.1 documentation, "Channel configuration": the Application group
import { type common, peer } from '@hyperledger/fabric-protos';
import { capabilities, configGroup } from './config-group.js';
import { implicitPolicy, rolePolicy } from './config-policy.js';
import { mspValue, type OrganizationCertificates } from './msp-value.js';

export interface HostPort {
  host: string;
  port: number;
}

export interface PeerOrganization extends OrganizationCertificates {
  name: string;
  anchorPeer: HostPort;
}

/**
 * The peer organisations: chaincodes and their definitions need endorsement by a majority of them, unless a
 * definition says otherwise.
 */
export function applicationGroup(organizations: readonly PeerOrganization[]): common.ConfigGroup {
  return configGroup({
    values: { Capabilities: capabilities('V2_5') },
    policies: {
      Readers: implicitPolicy('ANY', 'Readers'),
      Writers: implicitPolicy('ANY', 'Writers'),
      Admins: implicitPolicy('MAJORITY', 'Admins'),
      Endorsement: implicitPolicy('MAJORITY', 'Endorsement'),
      LifecycleEndorsement: implicitPolicy('MAJORITY', 'Endorsement'),
    },
    groups: Object.fromEntries(organizations.map((organization) => [organization.name, peerGroup(organization)])),
  });
}

/** The group of a peer organisation: its certificates, its anchor peer, and what its members may do. */
export function peerGroup(organization: PeerOrganization): common.ConfigGroup {
  const { mspId } = organization;
  return configGroup({
    values: { MSP: mspValue(organization), AnchorPeers: anchorPeers(organization.anchorPeer) },
    policies: {
      Readers: rolePolicy(mspId, ['ADMIN', 'PEER', 'CLIENT']),
      Writers: rolePolicy(mspId, ['ADMIN', 'CLIENT']),
      Admins: rolePolicy(mspId, ['ADMIN']),
      Endorsement: rolePolicy(mspId, ['PEER']),
    },
  });
}

function anchorPeers({ host, port }: HostPort): peer.AnchorPeers {
  const anchor = new peer.AnchorPeer();
  anchor.setHost(host);
  anchor.setPort(port);
  const message = new peer.AnchorPeers();
  message.setAnchorPeersList([anchor]);
  return message;
}
