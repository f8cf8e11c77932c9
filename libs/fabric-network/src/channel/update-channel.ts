// Hyperledger Fabric 3.1 documentation, "Updating a channel configuration": fetch, sign by the admins, order
import { randomBytes } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import {
  encodeChannelHeader,
  encodeEnvelope,
  encodePayload,
  encodeSignatureHeader,
  HEADER_TYPE,
  type SigningIdentity,
} from '#libs/fabric-block';
import { NetworkError } from '../network-error.js';
import type { OrdererConnection } from '../node/orderer-connection.js';
import { patiently } from '../node/patience.js';
import type { PeerConnection } from '../node/peer-connection.js';
import { configUpdate } from './config-update.js';

const WITHIN = 30_000;

/** The configuration that the peer has of the channel. */
export async function channelConfiguration(
  peer: PeerConnection,
  reader: SigningIdentity,
  channelId: string,
): Promise<common.Config> {
  const call = { channelId, chaincode: 'cscc', fn: 'GetChannelConfig', args: [Buffer.from(channelId)] };
  return common.Config.deserializeBinary(await peer.query({ ...call, creator: reader }));
}

export interface ChannelUpdate {
  channelId: string;
  /** Changes the copy that it is given. */
  change: (group: common.ConfigGroup) => void;
  /** Admins of a majority of the organisations; the first sends it. */
  admins: readonly [SigningIdentity, ...SigningIdentity[]];
  /** A peer of the first one's organisation. */
  peer: PeerConnection;
  orderer: OrdererConnection;
}

/** Orders the change, and resolves when the peer has it. Throws NetworkError, and for a change that changes nothing. */
export async function updateChannel(update: ChannelUpdate): Promise<void> {
  const { channelId, peer, admins, orderer } = update;
  const current = await channelConfiguration(peer, admins[0], channelId);
  const group = current.getChannelGroup()!;
  const changed = common.ConfigGroup.deserializeBinary(group.serializeBinary());
  update.change(changed);
  const envelope = signedUpdate(channelId, configUpdate(channelId, group, changed).serializeBinary(), admins);
  await patiently(WITHIN, () => orderer.broadcast(envelope));
  const sequence = current.getSequence();
  await patiently(WITHIN, async () => {
    const now = await channelConfiguration(peer, admins[0], channelId);
    if (now.getSequence() <= sequence) throw new NetworkError('Updating the channel', 'it has not come yet', true);
  });
}

function signedUpdate(
  channelId: string,
  update: Uint8Array,
  admins: readonly [SigningIdentity, ...SigningIdentity[]],
): Uint8Array {
  const signed = new common.ConfigUpdateEnvelope();
  signed.setConfigUpdate(update);
  signed.setSignaturesList(admins.map((admin) => configSignature(update, admin)));
  const [sender] = admins;
  const timestamp = { seconds: Math.floor(Date.now() / 1_000), nanos: 0 };
  const payload = encodePayload({
    channelHeaderBytes: encodeChannelHeader({ type: HEADER_TYPE.CONFIG_UPDATE, channelId, timestamp }),
    signatureHeaderBytes: signatureHeader(sender),
    data: signed.serializeBinary(),
  });
  return encodeEnvelope({ payload, signature: sender.sign(payload) });
}

function configSignature(update: Uint8Array, admin: SigningIdentity): common.ConfigSignature {
  const header = signatureHeader(admin);
  const message = new common.ConfigSignature();
  message.setSignatureHeader(header);
  message.setSignature(admin.sign(Buffer.concat([header, update])));
  return message;
}

function signatureHeader({ creator }: SigningIdentity): Uint8Array {
  return encodeSignatureHeader({ creator, nonce: randomBytes(24) });
}
