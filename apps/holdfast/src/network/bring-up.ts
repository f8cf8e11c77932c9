import {
  chaincodePackage,
  createNetwork,
  type Definition,
  deployChaincode,
  joinOrderer,
  joinPeer,
  type Network,
  NetworkError,
  type NodeAddress,
  OrdererConnection,
  type OrganizationAdmin,
  PeerConnection,
  patiently,
  peerHeight,
  readConnection,
} from '#libs/fabric-network';
import { connectLedger } from '#libs/ledger';
import { StartError } from '../start-error.js';
import { hospitals, type NetworkPorts, type Places } from './places.js';

/** The contract as the life cycle knows it. A new version becomes the next sequence at the next start. */
const CONTRACT_VERSION = '1';
const READY_WITHIN = 30_000;
const PROBE = 'holdfast-network';

type Say = (line: string) => void;

/** The package that tells the peers of this machine where the contract listens. */
export function contractPackage({ contract }: NetworkPorts) {
  return chaincodePackage({ label: `anchor_${CONTRACT_VERSION}`, address: `127.0.0.1:${contract}` });
}

/** Certificates and first block: made for as many organisations as there are peers' ports, or found. */
export async function openOrMakeNetwork(places: Places, ports: NetworkPorts): Promise<Network> {
  const host = 'localhost';
  const addresses = {
    orderer: { host, port: ports.orderer },
    peers: ports.peers.map((port) => ({ host, port })),
  };
  const endpoint = `${host}:${ports.peers[0]}`;
  const isMade = (await readConnection(places.ledger).catch(() => undefined)) !== undefined;
  const organizations = isMade ? {} : { organizations: hospitals(ports.peers.length) };
  return createNetwork(places.ledger, { ...organizations, addresses, endpoint });
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
    await haveCaughtUp(organizations, channel);
    const definition = await deployChaincode({ channel, name, ...contract, organizations, orderer });
    await endorsedByAll(network);
    return definition;
  } finally {
    for (const { peer } of organizations) peer.close();
    orderer.close();
  }
}

/** A peer that joins later knows its own organisation only when it has the block that took it in. */
async function haveCaughtUp([first, ...others]: OrganizationAdmin[], channel: string): Promise<void> {
  const height = await peerHeight(first!.peer, first!.admin, channel);
  const lagging = others.map(({ peer, admin }) =>
    patiently(READY_WITHIN, async () => {
      const own = await peerHeight(peer, admin, channel).catch((error: Error) => {
        throw new NetworkError('Catching up', error.message, true);
      });
      if (own < height) throw new NetworkError('Catching up', `block ${own} of ${height}`, true);
    }),
  );
  await Promise.all(lagging);
}

/**
 * Also where a majority is enough. The gateway knows the other peers only when gossip has told it of them. What is prepared
 * here is never sent.
 */
async function endorsedByAll({ connection, organizations }: Network): Promise<void> {
  const all = organizations.map(({ mspId }) => mspId);
  const ledger = await connectLedger(connection);
  const end = Date.now() + READY_WITHIN;
  try {
    for (;;) {
      try {
        await ledger.prepare('head', { site: PROBE }, all);
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
