import { join, resolve } from 'node:path';

/** Where the files of a network lie below its folder; every path is relative to that folder. */
export const GENESIS = 'genesis.block';
export const CONNECTION = 'connection.json';
export const DESCRIPTION = 'network.json';

export function organizationFolder(mspId: string): string {
  return join('organizations', mspId);
}

export function memberFolder(mspId: string, member: string): string {
  return join(organizationFolder(mspId), member);
}

/** Absolute path of a member's folder, with msp/ and tls/, in the network at `folder`. */
export function organizationMember(folder: string, mspId: string, member: string): string {
  return resolve(folder, memberFolder(mspId, member));
}

/** Files of an MSP folder, as peer and orderer expect them. */
export const MSP = {
  ca: join('msp', 'cacerts', 'ca.pem'),
  tlsCa: join('msp', 'tlscacerts', 'tlsca.pem'),
  config: join('msp', 'config.yaml'),
  keystore: join('msp', 'keystore'),
  certificate: join('msp', 'signcerts', 'cert.pem'),
  privateKey: join('msp', 'keystore', 'key.pem'),
} as const;

export const TLS = {
  ca: join('tls', 'ca.crt'),
  certificate: join('tls', 'server.crt'),
  privateKey: join('tls', 'server.key'),
} as const;

/** Names of the members of a network made here. */
export const MEMBER = { peer: 'peer', orderer: 'orderer', admin: 'admin', client: 'client' } as const;
