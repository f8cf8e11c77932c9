// Hyperledger Fabric 3.1, system chaincode cscc: JoinChain; qscc: GetChainInfo, GetBlockByNumber
import { common } from '@hyperledger/fabric-protos';
import type { SigningIdentity } from '#libs/fabric-block';
import { NetworkError } from '../network-error.js';
import type { PeerConnection } from '../node/peer-connection.js';

const JOINED = /ledger \[.*\] already exists/;

/** Joins the peer to the channel of the genesis block; does nothing for one that has joined. `admin` is one of the peer's own organisation. */
export async function joinPeer(connection: PeerConnection, admin: SigningIdentity, genesis: Uint8Array): Promise<void> {
  const join = { channelId: '', chaincode: 'cscc', fn: 'JoinChain', args: [genesis], creator: admin };
  await connection.query(join).catch((error: unknown) => {
    if (!(error instanceof NetworkError) || !JOINED.test(error.said)) throw error;
  });
}

/** Number of blocks that the peer has of the channel. */
export async function peerHeight(
  connection: PeerConnection,
  reader: SigningIdentity,
  channelId: string,
): Promise<number> {
  const call = { channelId, chaincode: 'qscc', fn: 'GetChainInfo', args: [Buffer.from(channelId)], creator: reader };
  return common.BlockchainInfo.deserializeBinary(await connection.query(call)).getHeight();
}

/** The encoded block of this number as the peer has it, with its flags and COMMIT_HASH. */
export async function peerBlock(
  connection: PeerConnection,
  reader: SigningIdentity,
  { channelId, number }: { channelId: string; number: number },
): Promise<Uint8Array> {
  const args = [Buffer.from(channelId), Buffer.from(String(number))];
  return connection.query({ channelId, chaincode: 'qscc', fn: 'GetBlockByNumber', args, creator: reader });
}
