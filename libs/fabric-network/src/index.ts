// The door of fabric-network: a Fabric network made, joined and given its chaincode in TypeScript alone.
export { type Addition, addOrganization } from './add-organization.js';
export type { HostPort, PeerOrganization } from './application-group.js';
export {
  type CertificateAuthority,
  issueCertificate,
  type KeyedCertificate,
  makeAuthority,
  type Validity,
} from './certificate.js';
export { configUpdate } from './channel/config-update.js';
export { joinOrderer, type OrdererAdmin, type OrdererChannel, ordererChannel } from './channel/join-orderer.js';
export { joinPeer, peerBlock, peerHeight } from './channel/join-peer.js';
export { type ChannelUpdate, channelConfiguration, updateChannel } from './channel/update-channel.js';
export { type Connection, readConnection } from './connection.js';
export { copyForClient } from './copy-for-client.js';
export { createNetwork, type NetworkAddresses, type NetworkOptions } from './create-network.js';
export { type GenesisOptions, genesisBlock } from './genesis-block.js';
export { type ChaincodePackage, chaincodePackage, type ServiceDescription } from './lifecycle/chaincode-package.js';
export {
  approvedDefinition,
  committedDefinition,
  type Definition,
  installedPackages,
  type OrganizationAdmin,
} from './lifecycle/definition.js';
export { type Deployment, deployChaincode } from './lifecycle/deploy-chaincode.js';
export { mspTrust } from './msp-trust.js';
export type { OrganizationCertificates } from './msp-value.js';
export { NetworkError } from './network-error.js';
export { organizationMember } from './network-layout.js';
export type { NodeAddress } from './node/node-address.js';
export { OrdererConnection } from './node/orderer-connection.js';
export { type OrdererPlace, ordererSettings } from './node/orderer-settings.js';
export { patiently } from './node/patience.js';
export { type ChaincodeCall, PeerConnection } from './node/peer-connection.js';
export { type OrdererOverride, type PeerPlace, peerSettings } from './node/peer-settings.js';
export { writeServiceBuilder } from './node/service-builder.js';
export { transact } from './node/transact.js';
export { type Network, type NetworkMember, openNetwork, type TlsFiles } from './open-network.js';
export type { OrdererOrganization } from './orderer-group.js';
export {
  type MemberCertificates,
  type MemberName,
  makeOrganization,
  type Organization,
  type OrganizationName,
} from './organization.js';
