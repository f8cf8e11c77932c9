// The embedded ledger: peers of all organisations, gateway and orderer of a Fabric channel in one process
import { join } from 'node:path';
import { type ChannelConfig, channelConfig, decodeBlock } from '#libs/fabric-block';
import { createNetwork, type Network } from '#libs/fabric-network';
import { Chain } from './chain/chain.js';
import { ChaincodeStream } from './chaincode/chaincode-stream.js';
import { chaincodeDefinition } from './chaincode-definition.js';
import { OwnEndorsements } from './endorser/own-endorsements.js';
import { Peer } from './endorser/peer.js';
import type { GatewayContext } from './gateway/gateway-context.js';
import { Orderer } from './orderer/orderer.js';
import type { Log } from './rpc/calls.js';
import { serve } from './rpc/serve.js';

export interface NodeOptions {
  /** DATA_DIR/ledger; a network is made there at the first start. */
  folder: string;
  /** 0 takes any. */
  port: number;
  host?: string;
  /** host:port of the contract; it need not be there yet. */
  contractAddress: string;
  now?: () => Date;
  log: Log;
  /** The chain can no longer be written: whoever started the node has to stop it. */
  failed: (error: Error) => void;
}

export interface LedgerNode {
  port: number;
  network: Network;
  chain: Chain;
  /** Answers what was begun, commits what was taken, and closes the files. */
  close(): Promise<void>;
}

const CHAINCODE_VERSION = '1';

interface Parts {
  options: NodeOptions;
  network: Network;
  chain: Chain;
  config: ChannelConfig;
  now: () => Date;
  own: OwnEndorsements;
}

function makeOrderer({ options, network, chain, config, now, own }: Parts): Orderer {
  return new Orderer({ config, now, identity: network.orderer.identity, chain, own, failed: options.failed });
}

function makePeers({ options, network, own }: Parts): { peers: Peer[]; streams: ChaincodeStream[] } {
  const streams = network.organizations.map(() => new ChaincodeStream(options.contractAddress));
  const peers = network.organizations.map(({ peer, name }, index) => {
    const chaincode = streams[index]!;
    return new Peer({
      address: `peer.${name.toLowerCase()}`,
      identity: peer.identity,
      chaincode,
      chaincodeVersion: CHAINCODE_VERSION,
      own,
    });
  });
  return { peers, streams };
}

/** A new channel first gets the definition of its chaincode, as its block 1. */
async function defineChaincode({ network, chain, now }: Parts, orderer: Orderer): Promise<void> {
  if (chain.height > 1) return;
  const { channel, chaincode, organizations } = network;
  const creator = organizations[0]!.admin.identity;
  const endorsers = organizations.map(({ peer }) => peer.identity);
  orderer.submit(
    chaincodeDefinition({ channel, chaincode, version: CHAINCODE_VERSION, creator, endorsers, at: now() }),
  );
  await orderer.idle();
}

function gatewayContext({ network, chain, config, now }: Parts, peers: Peer[], orderer: Orderer): GatewayContext {
  const hasTransaction = (txId: string) => chain.transaction(txId) !== undefined;
  return { channel: network.channel, chain, peers, orderer, access: { config, now, hasTransaction } };
}

/** Opens or makes the network and its chain, and serves it. Throws LedgerDamage, or when the port cannot be had. */
export async function startNode(options: NodeOptions): Promise<LedgerNode> {
  const { folder, port, host = '127.0.0.1', log, now = () => new Date() } = options;
  const network = await createNetwork(folder);
  const chain = await Chain.open({
    folder: join(folder, 'blocks'),
    genesis: network.genesis,
    rebuilt: (reason) => log({ msg: 'the state was made again from the blocks', reason }),
    damaged: options.failed,
  });
  const config = channelConfig(decodeBlock(network.genesis));
  const parts = { options, network, chain, config, now, own: new OwnEndorsements() };
  const orderer = makeOrderer(parts);
  await defineChaincode(parts, orderer);
  const { peers, streams } = makePeers(parts);
  const { certificate, privateKey } = network.organizations[0]!.peer.tls;
  const listener = { address: `${host}:${port}`, certificate, privateKey, log };
  const server = await serve(gatewayContext(parts, peers, orderer), listener);
  await createNetwork(folder, { endpoint: `localhost:${server.port}` });
  return {
    port: server.port,
    network,
    chain,
    async close() {
      await server.close();
      await Promise.all(streams.map((stream) => stream.close()));
      await orderer.idle();
      await chain.close();
    },
  };
}
