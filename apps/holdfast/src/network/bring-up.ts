import {
  chaincodePackage,
  createNetwork,
  type Definition,
  deployChaincode,
  joinOrderer,
  joinPeer,
  type Network,
  type NodeAddress,
  OrdererConnection,
  type OrganizationAdmin,
  PeerConnection,
  patiently,
} from '#libs/fabric-network';
import { connectLedger } from '#libs/ledger';
import { StartError } from '../start-error.js';
import type { NetworkPorts, Places } from './places.js';

/** The contract as the life cycle knows it. A new version becomes the next sequence at the next start. */
const CONTRACT_VERSION = '1';
const READY_WITHIN = 30_000;
const PROBE = 'holdfast-network';

type Say = (line: string) => void;

/** The package that tells the peers of this machine where the contract listens. */
export function contractPackage({ contract }: NetworkPorts) {
  return chaincodePackage({ label: `anchor_${CONTRACT_VERSION}`, address: `127.0.0.1:${contract}` });
}

/** Certificates and first block: made, or found. */
export function openOrMakeNetwork(
  places: Places,
  ports: NetworkPorts,
  organizations: { name: string; mspId: string }[],
): Promise<Network> {
  const host = 'localhost';
  const addresses = {
    orderer: { host, port: ports.orderer },
    peers: ports.peers.map((port) => ({ host, port })),
  };
  const endpoint = `${host}:${ports.peers[0]}`;
  return createNetwork(places.ledger, { organizations, addresses, endpoint });
}

export function ordererAdmin({ orderer }: Network, { ordererAdmin: port }: NetworkPorts) {
  return { address: { host: 'localhost', port, tlsCa: orderer.tls.ca }, client: orderer.admin.tls };
}

export function ordererAddress({ orderer }: Network, { orderer: port }: NetworkPorts): NodeAddress {
  return { host: 'localhost', port, tlsCa: orderer.tls.ca };
}

/** A connection to each organisation's peer, with the organisation's admin. Close them. */
export function organizationAdmins({ organizations }: Network, { peers }: NetworkPorts): OrganizationAdmin[] {
  return organizations.map(({ mspId, admin, peer }, index) => ({
    mspId,
    admin: admin.identity,
    peer: new PeerConnection({ host: 'localhost', port: peers[index]!, tlsCa: peer.tls.ca }),
  }));
}

/**
 * With orderer, peers and contract running: joins them to the channel, deploys the contract, and waits until a call is endorsed by all organisations.
 * Does only what is missing.
 */
export async function bringUp(network: Network, ports: NetworkPorts, say: Say): Promise<Definition> {
  const organizations = organizationAdmins(network, ports);
  const orderer = new OrdererConnection(ordererAddress(network, ports));
  try {
    say('Joining the channel ...');
    await patiently(READY_WITHIN, () => joinOrderer(ordererAdmin(network, ports), network.genesis));
    for (const { peer, admin } of organizations) {
      await peer.ready(READY_WITHIN);
      await patiently(READY_WITHIN, () => joinPeer(peer, admin, network.genesis));
    }
    say('Installing, approving and committing the contract ...');
    const { channel, chaincode: name } = network;
    const contract = { version: CONTRACT_VERSION, package: contractPackage(ports) };
    await patiently(READY_WITHIN, () => orderer.ready(channel, network.orderer.admin.identity));
    const definition = await deployChaincode({ channel, name, ...contract, organizations, orderer });
    await endorsedByAll(network);
    return definition;
  } finally {
    for (const { peer } of organizations) peer.close();
    orderer.close();
  }
}

/** The gateway knows the other peers only when gossip has told it of them. What is prepared here is never sent. */
async function endorsedByAll({ connection }: Network): Promise<void> {
  const ledger = await connectLedger(connection);
  const end = Date.now() + READY_WITHIN;
  try {
    for (;;) {
      try {
        await ledger.prepare('head', { site: PROBE });
        return;
      } catch (error) {
        if (Date.now() > end) throw new StartError(`The peers do not endorse: ${(error as Error).message}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    ledger.close();
  }
}
