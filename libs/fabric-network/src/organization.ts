// Hyperledger Fabric 3.1 documentation, "Membership Service Providers (MSP)": the certificates of one organisation

import type { Role } from '#libs/fabric-block';
import {
  type CertificateAuthority,
  issueCertificate,
  type KeyedCertificate,
  makeAuthority,
  type Validity,
} from './certificate.js';
import { x509 } from './x509.js';

export interface OrganizationName {
  /** Short name without punctuation: it becomes a folder and part of certificates. */
  name: string;
  mspId: string;
}

/** A member of an organisation: the name of its folder, and its role. */
export interface MemberName {
  name: string;
  role: Role;
}

/** Identity certificate and, for a listener, a TLS certificate. */
export interface MemberCertificates extends MemberName {
  identity: KeyedCertificate;
  tls: KeyedCertificate;
}

export interface Organization extends OrganizationName {
  ca: CertificateAuthority;
  tlsCa: CertificateAuthority;
  members: MemberCertificates[];
}

/** Two CAs (identities and TLS), and certificates for each member, all fresh. */
export async function makeOrganization(
  name: OrganizationName,
  members: readonly MemberName[],
  validity: Validity,
): Promise<Organization> {
  const ca = await makeAuthority(`O=${name.name}, CN=ca.${name.name}`, validity);
  const tlsCa = await makeAuthority(`O=${name.name}, CN=tlsca.${name.name}`, validity);
  const certificates = await Promise.all(
    members.map((member) => memberCertificates(name, member, { ca, tlsCa }, validity)),
  );
  return { ...name, ca, tlsCa, members: certificates };
}

async function memberCertificates(
  { name }: OrganizationName,
  member: MemberName,
  { ca, tlsCa }: Pick<Organization, 'ca' | 'tlsCa'>,
  validity: Validity,
): Promise<MemberCertificates> {
  const { ExtendedKeyUsage, ExtendedKeyUsageExtension, SubjectAlternativeNameExtension } = await x509();
  const subject = `O=${name}, OU=${member.role}, CN=${member.name}.${name}`;
  const tlsExtensions = [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
    new SubjectAlternativeNameExtension([
      { type: 'dns', value: 'localhost' },
      { type: 'ip', value: '127.0.0.1' },
    ]),
  ];
  return {
    ...member,
    identity: await issueCertificate(ca, { subject, validity }),
    tls: await issueCertificate(tlsCa, {
      subject: `O=${name}, CN=${member.name}.${name}`,
      validity,
      extensions: tlsExtensions,
    }),
  };
}
