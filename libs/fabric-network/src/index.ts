// The door of fabric-network: certificates, MSP folders and genesis block of a Fabric network, made in TypeScript alone.
export type { HostPort, PeerOrganization } from './application-group.js';
export {
  type CertificateAuthority,
  issueCertificate,
  type KeyedCertificate,
  makeAuthority,
  type Validity,
} from './certificate.js';
export { type Connection, readConnection } from './connection.js';
export { createNetwork, type NetworkOptions } from './create-network.js';
export { type GenesisOptions, genesisBlock } from './genesis-block.js';
export { mspTrust } from './msp-trust.js';
export type { OrganizationCertificates } from './msp-value.js';
export { type Network, type NetworkMember, openNetwork, type TlsFiles } from './open-network.js';
export type { OrdererOrganization } from './orderer-group.js';
export {
  type MemberCertificates,
  type MemberName,
  makeOrganization,
  type Organization,
  type OrganizationName,
} from './organization.js';
