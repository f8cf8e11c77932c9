import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BlockTrust, type SigningIdentity, signingIdentity } from '#libs/fabric-block';
import { type Connection, readConnection } from './connection.js';
import { trustOf } from './msp-trust.js';
import { readDescription } from './network-description.js';
import { GENESIS, MEMBER, MSP, memberFolder, TLS } from './network-layout.js';
import type { OrganizationName } from './organization.js';

/** PEM texts for a TLS listener or dialler; `ca` signed `certificate`. */
export interface TlsFiles {
  certificate: string;
  privateKey: string;
  ca: string;
}

/** A node or a user: one who signs, with TLS certificates of its own. */
export interface NetworkMember {
  identity: SigningIdentity;
  tls: TlsFiles;
}

/** A network whose keys are all at hand. */
export interface Network {
  channel: string;
  chaincode: string;
  /** In the order of making: the first is the site's own, and its peer's TLS certificate is that of the listener. */
  organizations: (OrganizationName & { peer: NetworkMember; admin: NetworkMember; client: NetworkMember })[];
  orderer: OrganizationName & NetworkMember & { admin: NetworkMember };
  /** Encoded block 0. */
  genesis: Uint8Array;
  /** For `membership`, `openBlock` and the pin. */
  trust: BlockTrust;
  connection: Connection;
}

/** Reads what `createNetwork` made, private keys included. Throws if it is not there or not whole. */
export async function openNetwork(folder: string): Promise<Network> {
  const description = await readDescription(folder);
  if (!description) throw new Error('There is no network in the ledger folder');
  const member = (mspId: string, name: string) => readMember(folder, mspId, name);
  const organizations = description.organizations.map(async (organization) => ({
    ...organization,
    peer: await member(organization.mspId, MEMBER.peer),
    admin: await member(organization.mspId, MEMBER.admin),
    client: await member(organization.mspId, MEMBER.client),
  }));
  return {
    channel: description.channel,
    chaincode: description.chaincode,
    organizations: await Promise.all(organizations),
    orderer: {
      ...description.orderer,
      ...(await member(description.orderer.mspId, MEMBER.orderer)),
      admin: await member(description.orderer.mspId, MEMBER.admin),
    },
    genesis: await readFile(join(folder, GENESIS)),
    trust: await trustOf(folder, description),
    connection: await readConnection(folder),
  };
}

async function readMember(folder: string, mspId: string, name: string): Promise<NetworkMember> {
  const text = (path: string) => readFile(join(folder, memberFolder(mspId, name), path), 'utf8');
  const [certificate, privateKey] = await Promise.all([text(MSP.certificate), text(MSP.privateKey)]);
  return {
    identity: signingIdentity({ mspId, certificate }, privateKey),
    tls: { certificate: await text(TLS.certificate), privateKey: await text(TLS.privateKey), ca: await text(TLS.ca) },
  };
}
