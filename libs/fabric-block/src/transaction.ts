// Hyperledger Fabric 3.1, peer/transaction.proto: Transaction, TransactionAction, ChaincodeActionPayload
import { peer } from '@hyperledger/fabric-protos';
import { decodeMessage, present } from './canonical-message.js';
import type { Endorsement } from './endorsement.js';
import { encodePayload } from './envelope.js';
import type { Proposal } from './proposal.js';

/** One action of a transaction: what was asked, what came of it, and who vouches for that. */
export interface TransactionAction {
  /** Must equal the signature header of the envelope. */
  headerBytes: Uint8Array;
  /** ChaincodeProposalPayload without transient map. */
  proposalPayload: Uint8Array;
  /** ProposalResponsePayload. */
  responsePayload: Uint8Array;
  endorsements: Endorsement[];
}

/** The parts of a proposal that go into the transaction, byte for byte. */
export type ProposalParts = Pick<Proposal, 'channelHeaderBytes' | 'signatureHeaderBytes' | 'payloadWithoutTransient'>;

/** Payload bytes of an endorser transaction with one action: what the client signs to make the Envelope. */
export function encodeTransactionPayload(
  proposal: ProposalParts,
  responsePayload: Uint8Array,
  endorsements: readonly Endorsement[],
): Uint8Array {
  const data = encodeTransaction([
    {
      headerBytes: proposal.signatureHeaderBytes,
      proposalPayload: proposal.payloadWithoutTransient,
      responsePayload,
      endorsements: [...endorsements],
    },
  ]);
  return encodePayload({ ...proposal, data });
}

export function encodeTransaction(actions: readonly TransactionAction[]): Uint8Array {
  const message = new peer.Transaction();
  message.setActionsList(actions.map(actionMessage));
  return message.serializeBinary();
}

function actionMessage(action: TransactionAction): peer.TransactionAction {
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(action.responsePayload);
  endorsed.setEndorsementsList(action.endorsements.map(endorsementMessage));
  const payload = new peer.ChaincodeActionPayload();
  payload.setChaincodeProposalPayload(action.proposalPayload);
  payload.setAction(endorsed);
  const message = new peer.TransactionAction();
  message.setHeader(action.headerBytes);
  message.setPayload(payload.serializeBinary());
  return message;
}

function endorsementMessage(endorsement: Endorsement): peer.Endorsement {
  const message = new peer.Endorsement();
  message.setEndorser(endorsement.endorser);
  message.setSignature(endorsement.signature);
  return message;
}

/**
 * The actions of an encoded Transaction. Fabric accepts exactly one: that is for the caller to check. Throws
 * BlockError MALFORMED.
 */
export function decodeTransaction(data: Uint8Array): TransactionAction[] {
  return decodeMessage(peer.Transaction, data, 'transaction').getActionsList().map(transactionAction);
}

function transactionAction(message: peer.TransactionAction): TransactionAction {
  const payload = decodeMessage(peer.ChaincodeActionPayload, message.getPayload_asU8(), 'chaincode action payload');
  const endorsed = present(payload.getAction(), 'endorsed action');
  return {
    headerBytes: message.getHeader_asU8(),
    proposalPayload: payload.getChaincodeProposalPayload_asU8(),
    responsePayload: endorsed.getProposalResponsePayload_asU8(),
    endorsements: endorsed.getEndorsementsList().map((endorsement) => ({
      endorser: endorsement.getEndorser_asU8(),
      signature: endorsement.getSignature_asU8(),
    })),
  };
}
