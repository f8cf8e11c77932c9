// Hyperledger Fabric 3.1, peer/proposal.proto: SignedProposal, Proposal, ChaincodeProposalPayload
import { common, peer } from '@hyperledger/fabric-protos';
import { BlockError } from './block-error.js';
import { decodeLoosely, decodeMessage, present } from './canonical-message.js';
import {
  type ChannelHeader,
  decodeChannelHeader,
  decodeSignatureHeader,
  HEADER_TYPE,
  type SignatureHeader,
  transactionId,
} from './header.js';
import { decodeIdentity, type Identity } from './identity.js';
import type { Member, Membership } from './membership.js';
import { sha256 } from './sha256.js';

export interface Proposal {
  channelHeader: ChannelHeader;
  signatureHeader: SignatureHeader;
  /** Who claims to have made it; `checkProposal` proves it. */
  identity: Identity;
  txId: string;
  channelId: string;
  chaincode: string;
  /** Function name and arguments. */
  args: Uint8Array[];
  isInit: boolean;
  transient: ReadonlyMap<string, Uint8Array>;
  /** Parts as received: hashes and the transaction are made of these bytes. */
  channelHeaderBytes: Uint8Array;
  signatureHeaderBytes: Uint8Array;
  /** ChaincodeProposalPayload without the transient map. */
  payloadWithoutTransient: Uint8Array;
  proposalBytes: Uint8Array;
  signature: Uint8Array;
  /** SHA-256(channel header || signature header || payloadWithoutTransient): what endorsers sign for. */
  hash: Uint8Array;
}

/**
 * Opens a SignedProposal for a chaincode: type ENDORSER_TRANSACTION, version 0, epoch 0, nonce and creator there,
 * txid right, header and payload naming the same chaincode. Leaves signature and membership to `checkProposal`,
 * channel, time and access to the caller. Throws BlockError.
 */
export function openProposal(signed: { proposalBytes: Uint8Array; signature: Uint8Array }): Proposal {
  const message = decodeMessage(peer.Proposal, signed.proposalBytes, 'proposal');
  const header = decodeMessage(common.Header, message.getHeader_asU8(), 'proposal header');
  const channelHeader = decodeChannelHeader(header.getChannelHeader_asU8());
  const signatureHeader = decodeSignatureHeader(header.getSignatureHeader_asU8());
  checkHeaders(channelHeader, signatureHeader);
  const invocation = openInvocation(message.getPayload_asU8());
  checkChaincode(channelHeader, invocation.chaincode);
  const channelHeaderBytes = header.getChannelHeader_asU8();
  const signatureHeaderBytes = header.getSignatureHeader_asU8();
  return {
    ...signed,
    ...invocation,
    channelHeader,
    signatureHeader,
    channelHeaderBytes,
    signatureHeaderBytes,
    identity: decodeIdentity(signatureHeader.creator),
    txId: channelHeader.txId,
    channelId: channelHeader.channelId,
    hash: proposalHash({ channelHeaderBytes, signatureHeaderBytes, ...invocation }),
  };
}

/** SHA-256(channel header || signature header || ChaincodeProposalPayload without transient map). */
export function proposalHash(
  parts: Pick<Proposal, 'channelHeaderBytes' | 'signatureHeaderBytes' | 'payloadWithoutTransient'>,
): Uint8Array {
  return sha256(parts.channelHeaderBytes, parts.signatureHeaderBytes, parts.payloadWithoutTransient);
}

/** The creator is a member and the signature theirs. Throws BlockError IDENTITY or SIGNATURE. */
export function checkProposal(proposal: Proposal, members: Membership, at?: Date): Member {
  const creator = members.member(proposal.signatureHeader.creator, at);
  if (creator.verify(proposal.proposalBytes, proposal.signature)) return creator;
  throw new BlockError('SIGNATURE', 'The signature on the proposal is not that of its creator.');
}

function checkHeaders(channel: ChannelHeader, signature: SignatureHeader): void {
  if (channel.type !== HEADER_TYPE.ENDORSER_TRANSACTION) {
    throw new BlockError('HEADER', `A proposal has header type 3, not ${channel.type}.`);
  }
  if (channel.version !== 0) throw new BlockError('HEADER', `A proposal has version 0, not ${channel.version}.`);
  if (channel.epoch !== 0) throw new BlockError('HEADER', `A proposal has epoch 0, not ${channel.epoch}.`);
  if (signature.nonce.length === 0) throw new BlockError('HEADER', 'The proposal has no nonce.');
  if (signature.creator.length === 0) throw new BlockError('HEADER', 'The proposal has no creator.');
  if (channel.txId !== transactionId(signature.nonce, signature.creator)) {
    throw new BlockError('TXID', 'The transaction id of the proposal is not SHA-256 of nonce and creator.');
  }
}

function openInvocation(
  bytes: Uint8Array,
): Pick<Proposal, 'chaincode' | 'args' | 'isInit' | 'transient' | 'payloadWithoutTransient'> {
  const payload = decodeLoosely(peer.ChaincodeProposalPayload, bytes, 'chaincode proposal payload');
  const transient = new Map<string, Uint8Array>();
  payload.getTransientmapMap().forEach((value, name) => {
    transient.set(name, asBytes(value));
  });
  payload.clearTransientmapMap();
  const spec = decodeMessage(peer.ChaincodeInvocationSpec, payload.getInput_asU8(), 'chaincode invocation');
  const chaincode = present(spec.getChaincodeSpec(), 'chaincode of the invocation');
  const input = chaincode.getInput();
  return {
    chaincode: chaincode.getChaincodeId()?.getName() ?? '',
    args: input?.getArgsList_asU8() ?? [],
    isInit: input?.getIsInit() ?? false,
    transient,
    payloadWithoutTransient: payload.serializeBinary(),
  };
}

function asBytes(value: Uint8Array | string): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'base64') : value;
}

function checkChaincode(header: ChannelHeader, chaincode: string): void {
  const named = chaincodeOfExtension(header.extension);
  if (named === '') throw new BlockError('HEADER', 'The header of the proposal names no chaincode.');
  if (named !== chaincode)
    throw new BlockError('HEADER', 'Header and payload of the proposal name different chaincodes.');
}

/**
 * Name in ChaincodeHeaderExtension, the `extension` of a channel header of type 3; empty where it names none. Throws
 * BlockError MALFORMED.
 */
export function chaincodeOfExtension(extension: Uint8Array): string {
  const message = decodeMessage(peer.ChaincodeHeaderExtension, extension, 'chaincode header extension');
  return message.getChaincodeId()?.getName() ?? '';
}
