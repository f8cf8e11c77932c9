// Hyperledger Fabric 3.1, peer/proposal.proto: what a client signs to have a chaincode run
import { randomBytes } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import { encodeChannelHeader, encodeSignatureHeader, HEADER_TYPE, transactionId } from './header.js';
import type { SigningIdentity } from './identity.js';

export interface ProposalOptions {
  channelId: string;
  chaincode: string;
  /** Function name and arguments. */
  args: readonly Uint8Array[];
  creator: SigningIdentity;
  at: Date;
  /** 24 fresh random bytes, unless given. */
  nonce?: Uint8Array;
  transient?: Readonly<Record<string, Uint8Array>>;
}

/** Makes and signs a proposal as a client does. */
export function makeProposal(options: ProposalOptions): {
  proposalBytes: Uint8Array;
  signature: Uint8Array;
  txId: string;
} {
  const nonce = options.nonce ?? randomBytes(24);
  const txId = transactionId(nonce, options.creator.creator);
  const header = new common.Header();
  header.setChannelHeader(channelHeader(options, txId));
  header.setSignatureHeader(encodeSignatureHeader({ creator: options.creator.creator, nonce }));
  const proposal = new peer.Proposal();
  proposal.setHeader(header.serializeBinary());
  proposal.setPayload(invocationPayload(options));
  const proposalBytes = proposal.serializeBinary();
  return { proposalBytes, signature: options.creator.sign(proposalBytes), txId };
}

function channelHeader(options: ProposalOptions, txId: string): Uint8Array {
  const extension = new peer.ChaincodeHeaderExtension();
  extension.setChaincodeId(chaincodeId(options.chaincode));
  const time = options.at.getTime();
  const seconds = Math.floor(time / 1_000);
  return encodeChannelHeader({
    type: HEADER_TYPE.ENDORSER_TRANSACTION,
    timestamp: { seconds, nanos: (time - seconds * 1_000) * 1_000_000 },
    channelId: options.channelId,
    txId,
    extension: extension.serializeBinary(),
  });
}

function invocationPayload(options: ProposalOptions): Uint8Array {
  const input = new peer.ChaincodeInput();
  input.setArgsList([...options.args]);
  const spec = new peer.ChaincodeSpec();
  spec.setChaincodeId(chaincodeId(options.chaincode));
  spec.setType(peer.ChaincodeSpec.Type.NODE);
  spec.setInput(input);
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const payload = new peer.ChaincodeProposalPayload();
  payload.setInput(invocation.serializeBinary());
  for (const [name, value] of Object.entries(options.transient ?? {})) payload.getTransientmapMap().set(name, value);
  return payload.serializeBinary();
}

function chaincodeId(name: string): peer.ChaincodeID {
  const id = new peer.ChaincodeID();
  id.setName(name);
  return id;
}
