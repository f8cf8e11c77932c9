import { addOrganization, OrdererConnection, openNetwork } from '#libs/fabric-network';
import { renewPin } from '../commands/renew-pin.js';
import type { Config } from '../config.js';
import { whyNotListen } from '../process/ports.js';
import { StartError } from '../start-error.js';
import { lockHolder } from '../up/lock.js';
import { ordererAddress, organizationAdmins } from './bring-up.js';
import { networkDown } from './network-down.js';
import { networkUp } from './network-up.js';
import { hospitals, type NetworkPorts, type Places, placesOf, portsFrom, readPorts, writePorts } from './places.js';

async function takeIn(places: Places, ports: NetworkPorts): Promise<void> {
  const network = await openNetwork(places.ledger);
  const members = organizationAdmins(network, ports);
  const orderer = new OrdererConnection(ordererAddress(network, ports));
  const grown = portsFrom(ports.orderer, ports.peers.length + 1);
  try {
    await addOrganization(places.ledger, {
      organization: hospitals(grown.peers.length).at(-1)!,
      anchorPeer: { host: 'localhost', port: grown.peers.at(-1)! },
      members,
      orderer,
    });
  } finally {
    for (const { peer } of members) peer.close();
    orderer.close();
  }
  writePorts(places, grown);
}

/** Takes one more hospital into the running network: certificates, a channel update signed by all admins, a peer with the contract. Throws StartError. */
export async function networkAdd(config: Config, say: (line: string) => void): Promise<void> {
  const places = placesOf(config.dataDir);
  const ports = readPorts(places);
  if (!ports || lockHolder(places.network) === undefined) {
    throw new StartError(`No network runs on ${config.dataDir}: start it with "network up".`);
  }
  if (ports.inContainers)
    throw new StartError('The nodes of this network run in containers: docker-compose.yml has them for two hospitals.');
  const port = portsFrom(ports.orderer, ports.peers.length + 1).peers.at(-1)!;
  if ((await whyNotListen(port, '127.0.0.1')) !== undefined) {
    throw new StartError(`Port ${port}, which the new peer needs, is in use by another program.`);
  }
  say('Updating the channel ...');
  await takeIn(places, ports);
  const isNamed = (await renewPin(config.dataDir)) !== undefined;
  say('The channel has taken the hospital in: the network is started again with its peer.');
  await networkDown(config, {}, say);
  await networkUp(config, {}, say);
  if (!isNamed) return;
  say(
    'pin.json names the hospital from now on: give it to those who verify, and start the FHIR server again if it runs.',
  );
}
