// Hyperledger Fabric 3.1, msp/msp_config.proto: MSPConfig, FabricMSPConfig
import { msp } from '@hyperledger/fabric-protos';
import { nodeOusMessage } from './node-ous.js';

/** The public part of an organisation: PEM texts of its two CAs. */
export interface OrganizationCertificates {
  mspId: string;
  ca: string;
  tlsCa: string;
}

const FABRIC = 0;

/** The MSP value of an organisation in a channel configuration. */
export function mspValue(organization: OrganizationCertificates): msp.MSPConfig {
  const hashes = new msp.FabricCryptoConfig();
  hashes.setSignatureHashFamily('SHA2');
  hashes.setIdentityIdentifierHashFunction('SHA256');
  const config = new msp.FabricMSPConfig();
  config.setName(organization.mspId);
  config.setRootCertsList([Buffer.from(organization.ca)]);
  config.setCryptoConfig(hashes);
  config.setTlsRootCertsList([Buffer.from(organization.tlsCa)]);
  config.setFabricNodeOus(nodeOusMessage(organization.ca));
  const message = new msp.MSPConfig();
  message.setType(FABRIC);
  message.setConfig(config.serializeBinary());
  return message;
}
