// Hyperledger Fabric 3.1 documentation, "Membership Service Providers (MSP)": Node OU roles
import type { X509Certificate } from 'node:crypto';

export type Role = 'client' | 'peer' | 'admin' | 'orderer';
const ROLES: ReadonlySet<string> = new Set<Role>(['client', 'peer', 'admin', 'orderer']);

/** The one role that the organisational units of the subject name (case counts), or undefined for none or several. */
export function nodeRole(certificate: X509Certificate): Role | undefined {
  const units = certificate.toLegacyObject().subject.OU ?? [];
  const roles = [units].flat().filter((unit): unit is Role => ROLES.has(unit));
  return roles.length === 1 ? roles[0] : undefined;
}
