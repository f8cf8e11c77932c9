import {
  committedDefinition,
  installedPackages,
  type Network,
  type OrganizationAdmin,
  openNetwork,
  ordererChannel,
  peerHeight,
} from '#libs/fabric-network';
import type { Config } from '../config.js';
import { isListening } from '../process/ports.js';
import { StartError } from '../start-error.js';
import { lockHolder } from '../up/lock.js';
import { contractPackage, ordererAdmin, organizationAdmins } from './bring-up.js';
import { type NetworkPorts, placesOf, readPorts } from './places.js';

const NOT_THERE = 'does not answer';

async function ordererLine(network: Network, ports: NetworkPorts): Promise<string> {
  const state = await ordererChannel(ordererAdmin(network, ports), network.channel).catch(() => NOT_THERE);
  if (typeof state === 'string') return state;
  return state ? `${state.status}, ${state.height} blocks` : 'has not joined the channel';
}

async function peerLine(organization: OrganizationAdmin, { channel, chaincode }: Network, id: string): Promise<string> {
  const { peer, admin } = organization;
  try {
    await peer.ready(1000);
    const height = await peerHeight(peer, admin, channel);
    const definition = await committedDefinition(organization, channel, chaincode);
    const isInstalled = (await installedPackages(organization)).includes(id);
    const contract = definition
      ? `${chaincode} version ${definition.version}, sequence ${definition.sequence}`
      : `${chaincode} is not defined`;
    return `${height} blocks, ${contract}${isInstalled ? '' : ', its package is not installed'}`;
  } catch {
    return NOT_THERE;
  }
}

/** One line for each node: what it says of itself, or that it does not answer. Returns whether all answered. Throws StartError where there is no network. */
export async function networkStatus(config: Config, say: (line: string) => void): Promise<boolean> {
  const places = placesOf(config.dataDir);
  const ports = readPorts(places);
  if (!ports) throw new StartError(`There is no network in ${config.dataDir}: "network up" makes one.`);
  const network = await openNetwork(places.ledger);
  const { id } = contractPackage(ports);
  const organizations = organizationAdmins(network, ports);
  try {
    const orderer = await ordererLine(network, ports);
    const peers = await Promise.all(organizations.map((organization) => peerLine(organization, network, id)));
    const contract = (await isListening(ports.contract)) ? id : NOT_THERE;
    const keeper = lockHolder(places.network);
    say(keeper === undefined ? 'The network does not run.' : `The network runs (process ${keeper}).`);
    say(`  channel   ${network.channel}`);
    say(`  orderer   localhost:${ports.orderer}  ${orderer}`);
    for (const [index, line] of peers.entries()) {
      say(`  peer      localhost:${ports.peers[index]}  ${organizations[index]!.mspId}  ${line}`);
    }
    say(`  contract  127.0.0.1:${ports.contract}  ${contract}`);
    return ![orderer, contract, ...peers].includes(NOT_THERE);
  } finally {
    for (const { peer } of organizations) peer.close();
  }
}
