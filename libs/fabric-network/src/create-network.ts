import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { HostPort } from './application-group.js';
import type { Validity } from './certificate.js';
import { connectionOf, connectionText, refreshConnection } from './connection.js';
import { genesisBlock } from './genesis-block.js';
import { organizationFiles, type PlannedFile } from './msp-folder.js';
import type { OrganizationCertificates } from './msp-value.js';
import { describeNetwork, type NetworkDescription, readDescription } from './network-description.js';
import { CONNECTION, DESCRIPTION, GENESIS, MEMBER } from './network-layout.js';
import { checkNames } from './network-names.js';
import { type Network, openNetwork } from './open-network.js';
import { makeOrganization, type Organization, type OrganizationName } from './organization.js';
import { writeWhole } from './whole-folder.js';

export interface NetworkOptions {
  /** Peer organisations, the site's own first. Default: HospitalA (HospitalAMSP) and HospitalB (HospitalBMSP). */
  organizations?: OrganizationName[];
  /** Default OrdererMSP. */
  ordererMspId?: string;
  /** Default holdfast. */
  channel?: string;
  /** Default anchor. */
  chaincode?: string;
  /** host:port that clients dial. Goes into connection.json, and replaces what is there. Default localhost:7051. */
  endpoint?: string;
  /** Where the genesis block says that orderer and peers are; only heard when the network is made. Default: localhost, 7050, 7051, 8051, ... */
  addresses?: NetworkAddresses;
  /** When the certificates begin to be valid, less five minutes for clocks that differ. Default: the current time. */
  now?: Date;
}

/** Addresses of the nodes of a real network. */
export interface NetworkAddresses {
  orderer: HostPort;
  /** One for each organisation, in their order. */
  peers: readonly HostPort[];
}

const DEFAULTS: NetworkDescription = {
  organizations: [
    { name: 'HospitalA', mspId: 'HospitalAMSP' },
    { name: 'HospitalB', mspId: 'HospitalBMSP' },
  ],
  orderer: { name: 'Orderer', mspId: 'OrdererMSP' },
  channel: 'holdfast',
  chaincode: 'anchor',
};
const ENDPOINT = 'localhost:7051';
/** What the genesis block names for a real network; the embedded ledger does not listen there. */
const ORDERER_PORT = 7050;
const PEER_PORT = 7051;
const MINUTE = 60_000;
const TEN_YEARS = 10 * 365 * 24 * 60 * MINUTE;

/**
 * Makes `folder` (DATA_DIR/ledger) with organizations/, genesis.block, network.json and connection.json, or opens
 * what is there and only refreshes connection.json. The folder appears whole or not at all, whatever crashes. Private
 * keys have mode 0600. Throws if `folder` holds a network other than the one asked for, or anything else.
 */
export async function createNetwork(folder: string, options: NetworkOptions = {}): Promise<Network> {
  const known = await readDescription(folder);
  if (known) {
    checkSame(known, options);
    await refreshConnection(folder, known, options.endpoint);
  } else {
    await writeWhole(resolve(folder), await networkFiles(folder, options));
  }
  return openNetwork(folder);
}

function described(options: NetworkOptions, defaults: NetworkDescription): NetworkDescription {
  const mspId = options.ordererMspId ?? defaults.orderer.mspId;
  const description = {
    channel: options.channel ?? defaults.channel,
    chaincode: options.chaincode ?? defaults.chaincode,
    orderer: { name: mspId.replace(/(?<=.)MSP$/, ''), mspId },
    organizations: options.organizations ?? defaults.organizations,
  };
  checkNames(description);
  return description;
}

/** What the options leave out may be anything. */
function checkSame(known: NetworkDescription, options: NetworkOptions): void {
  if (describeNetwork(described(options, known)) === describeNetwork(known)) return;
  throw new Error('The ledger folder holds a network of other organisations, or another channel or chaincode');
}

async function networkFiles(folder: string, options: NetworkOptions): Promise<PlannedFile[]> {
  const description = described(options, DEFAULTS);
  const now = options.now ?? new Date();
  const validity = validFrom(now);
  const orderer = await makeOrganization(description.orderer, [role('orderer'), role('admin')], validity);
  const organizations = await Promise.all(
    description.organizations.map((name) =>
      makeOrganization(name, [role('peer'), role('admin'), role('client')], validity),
    ),
  );
  const addresses = options.addresses ?? defaultAddresses(organizations.length);
  const connection = connectionOf(folder, description, options.endpoint ?? ENDPOINT);
  return [
    ...[orderer, ...organizations].flatMap(organizationFiles),
    plain(GENESIS, genesisOf(description.channel, orderer, organizations, { now, addresses })),
    plain(CONNECTION, connectionText(connection)),
    plain(DESCRIPTION, describeNetwork(description)),
  ];
}

function role(name: keyof typeof MEMBER): { name: string; role: keyof typeof MEMBER } {
  return { name: MEMBER[name], role: name };
}

function plain(path: string, content: string | Uint8Array): PlannedFile {
  return { path, content, secret: false };
}

/** Ten years, beginning five minutes earlier, for clocks that differ. */
export function validFrom(now: Date): Validity {
  const start = Math.floor((now.getTime() - 5 * MINUTE) / 1_000) * 1_000;
  return { notBefore: new Date(start), notAfter: new Date(start + TEN_YEARS) };
}

function defaultAddresses(organizations: number): NetworkAddresses {
  const host = 'localhost';
  const peers = Array.from({ length: organizations }, (_, index) => ({ host, port: PEER_PORT + index * 1_000 }));
  return { orderer: { host, port: ORDERER_PORT }, peers };
}

function genesisOf(
  channel: string,
  orderer: Organization,
  organizations: Organization[],
  { now, addresses }: { now: Date; addresses: NetworkAddresses },
): Uint8Array {
  const [node] = orderer.members;
  return genesisBlock({
    channel,
    orderer: {
      ...publicPart(orderer),
      consenters: [{ ...addresses.orderer, tlsCertificate: node!.tls.certificate }],
    },
    organizations: organizations.map((organization, index) => ({
      ...publicPart(organization),
      anchorPeer: addresses.peers[index]!,
    })),
    time: now,
    nonce: randomBytes(24),
  });
}

function publicPart({ name, mspId, ca, tlsCa }: Organization): OrganizationName & OrganizationCertificates {
  return { name, mspId, ca: ca.certificate, tlsCa: tlsCa.certificate };
}
