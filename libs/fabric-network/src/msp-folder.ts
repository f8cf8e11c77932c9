// Hyperledger Fabric 3.1 documentation, "Membership Service Providers (MSP)": the folders of an organisation and its members
import { join } from 'node:path';
import { MSP, memberFolder, organizationFolder, TLS } from './network-layout.js';
import { nodeOusYaml } from './node-ous.js';
import type { MemberCertificates, Organization } from './organization.js';

/** A file to write: path below the folder of the network, text, and whether only the owner may read it. */
export interface PlannedFile {
  path: string;
  content: string | Uint8Array;
  secret: boolean;
}

/**
 * All files of an organisation: its public MSP, the keys of its CAs, and for each member an MSP folder and a TLS
 * folder.
 */
export function organizationFiles(organization: Organization): PlannedFile[] {
  const folder = organizationFolder(organization.mspId);
  return [
    ...publicMsp(folder, organization),
    open(join(folder, 'ca', 'cert.pem'), organization.ca.certificate),
    secret(join(folder, 'ca', 'key.pem'), organization.ca.privateKey),
    open(join(folder, 'tlsca', 'cert.pem'), organization.tlsCa.certificate),
    secret(join(folder, 'tlsca', 'key.pem'), organization.tlsCa.privateKey),
    ...organization.members.flatMap((member) => memberFiles(organization, member)),
  ];
}

function publicMsp(folder: string, organization: Organization): PlannedFile[] {
  return [
    open(join(folder, MSP.ca), organization.ca.certificate),
    open(join(folder, MSP.tlsCa), organization.tlsCa.certificate),
    open(join(folder, MSP.config), nodeOusYaml()),
  ];
}

function memberFiles(organization: Organization, member: MemberCertificates): PlannedFile[] {
  const folder = memberFolder(organization.mspId, member.name);
  return [
    ...publicMsp(folder, organization),
    open(join(folder, MSP.certificate), member.identity.certificate),
    secret(join(folder, MSP.privateKey), member.identity.privateKey),
    open(join(folder, TLS.ca), organization.tlsCa.certificate),
    open(join(folder, TLS.certificate), member.tls.certificate),
    secret(join(folder, TLS.privateKey), member.tls.privateKey),
  ];
}

function open(path: string, content: string): PlannedFile {
  return { path, content, secret: false };
}

function secret(path: string, content: string): PlannedFile {
  return { path, content, secret: true };
}
