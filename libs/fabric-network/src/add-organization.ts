import { access, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type HostPort, peerGroup } from './application-group.js';
import { channelConfiguration, updateChannel } from './channel/update-channel.js';
import { validFrom } from './create-network.js';
import type { OrganizationAdmin } from './lifecycle/definition.js';
import { organizationFiles } from './msp-folder.js';
import type { OrganizationCertificates } from './msp-value.js';
import { describeNetwork, type NetworkDescription, readDescription } from './network-description.js';
import { DESCRIPTION, MEMBER, MSP, organizationFolder } from './network-layout.js';
import { checkNames } from './network-names.js';
import type { OrdererConnection } from './node/orderer-connection.js';
import { makeOrganization, type OrganizationName } from './organization.js';
import { replaceFile, writeWhole } from './whole-folder.js';

export interface Addition {
  organization: OrganizationName;
  anchorPeer: HostPort;
  /** Those who are in the channel, each with its peer: all sign. */
  members: readonly OrganizationAdmin[];
  orderer: OrdererConnection;
}

/**
 * Makes an organisation's certificates in the network at `folder`, has the channel take it in, and writes it into network.json. May be repeated at any point
 * of an earlier attempt. Its peer can then join by the genesis block. Throws NetworkError, or when the names cannot be had.
 */
export async function addOrganization(folder: string, addition: Addition): Promise<void> {
  const known = await readDescription(folder);
  if (!known) throw new Error('There is no network in the ledger folder');
  const { organization } = addition;
  if (known.organizations.some(({ mspId }) => mspId === organization.mspId)) return;
  const description: NetworkDescription = { ...known, organizations: [...known.organizations, organization] };
  checkNames(description);
  await ensureFiles(folder, organization);
  await takeIn(known.channel, addition, await certificatesOf(folder, organization.mspId));
  await replaceFile(join(folder, DESCRIPTION), describeNetwork(description));
}

/** The folder of the organisation, whole; one that an earlier attempt has made is kept. */
async function ensureFiles(folder: string, name: OrganizationName): Promise<void> {
  const own = resolve(folder, organizationFolder(name.mspId));
  if (await isThere(own)) return;
  const members = (['peer', 'admin', 'client'] as const).map((role) => ({ name: MEMBER[role], role }));
  const organization = await makeOrganization(name, members, validFrom(new Date()));
  const files = organizationFiles(organization);
  const within = files.map((file) => ({ ...file, path: relative(organizationFolder(name.mspId), file.path) }));
  await writeWhole(own, within);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function certificatesOf(folder: string, mspId: string): Promise<OrganizationCertificates> {
  const text = (path: string) => readFile(join(folder, organizationFolder(mspId), path), 'utf8');
  return { mspId, ca: await text(MSP.ca), tlsCa: await text(MSP.tlsCa) };
}

async function takeIn(channelId: string, addition: Addition, certificates: OrganizationCertificates): Promise<void> {
  const { organization, anchorPeer, members, orderer } = addition;
  const [first, ...others] = members;
  if (!first) throw new Error('Nobody is there who could take an organisation in');
  const config = await channelConfiguration(first.peer, first.admin, channelId);
  const peers = config.getChannelGroup()!.getGroupsMap().get('Application')!.getGroupsMap();
  if (peers.get(organization.name)) return;
  await updateChannel({
    channelId,
    admins: [first.admin, ...others.map(({ admin }) => admin)],
    peer: first.peer,
    orderer,
    change(group) {
      const application = group.getGroupsMap().get('Application')!;
      application.getGroupsMap().set(organization.name, peerGroup({ ...organization, ...certificates, anchorPeer }));
    },
  });
}
