// Hyperledger Fabric 3.1 documentation, "Membership Service Providers (MSP)": Node OUs, in config.yaml and in msp/msp_config.proto
import { msp } from '@hyperledger/fabric-protos';

const ROLES = ['Client', 'Peer', 'Admin', 'Orderer'] as const;

/**
 * config.yaml of an MSP folder: roles come from organisational units of certificates that the CA in cacerts/ca.pem
 * issued.
 */
export function nodeOusYaml(): string {
  const identifiers = ROLES.map((role) =>
    [
      `  ${role}OUIdentifier:`,
      '    Certificate: cacerts/ca.pem',
      `    OrganizationalUnitIdentifier: ${role.toLowerCase()}`,
    ].join('\n'),
  );
  return ['NodeOUs:', '  Enable: true', ...identifiers, ''].join('\n');
}

/** The same for a channel configuration. */
export function nodeOusMessage(caCertificate: string): msp.FabricNodeOUs {
  const message = new msp.FabricNodeOUs();
  message.setEnable(true);
  message.setClientOuIdentifier(identifier('client', caCertificate));
  message.setPeerOuIdentifier(identifier('peer', caCertificate));
  message.setAdminOuIdentifier(identifier('admin', caCertificate));
  message.setOrdererOuIdentifier(identifier('orderer', caCertificate));
  return message;
}

function identifier(unit: string, caCertificate: string): msp.FabricOUIdentifier {
  const message = new msp.FabricOUIdentifier();
  message.setCertificate(Buffer.from(caCertificate));
  message.setOrganizationalUnitIdentifier(unit);
  return message;
}
