// Hyperledger Fabric 3.1, peer/proposal_response.proto and proposal.proto: ProposalResponsePayload, ChaincodeAction
import { peer } from '@hyperledger/fabric-protos';
import { decodeMessage, present } from './canonical-message.js';

export interface ChaincodeEvent {
  chaincode: string;
  txId: string;
  name: string;
  payload: Uint8Array;
}

export interface ChaincodeResponse {
  status: number;
  message: string;
  payload: Uint8Array;
}

/** What running a chaincode gave: results are an encoded TxReadWriteSet. */
export interface ChaincodeAction {
  results: Uint8Array;
  event?: ChaincodeEvent | undefined;
  response: ChaincodeResponse;
  chaincode: { name: string; version: string };
}

/** ProposalResponsePayload bytes: what endorsers sign, equal for all who saw the same. */
export function encodeResponsePayload(proposalHash: Uint8Array, action: ChaincodeAction): Uint8Array {
  const message = new peer.ProposalResponsePayload();
  message.setProposalHash(proposalHash);
  message.setExtension$(actionMessage(action).serializeBinary());
  return message.serializeBinary();
}

function actionMessage(action: ChaincodeAction): peer.ChaincodeAction {
  const id = new peer.ChaincodeID();
  id.setName(action.chaincode.name);
  id.setVersion(action.chaincode.version);
  const message = new peer.ChaincodeAction();
  message.setResults(action.results);
  if (action.event) message.setEvents(encodeEvent(action.event));
  message.setResponse(responseMessage(action.response));
  message.setChaincodeId(id);
  return message;
}

function responseMessage(response: ChaincodeResponse): peer.Response {
  const message = new peer.Response();
  message.setStatus(response.status);
  message.setMessage(response.message);
  message.setPayload(response.payload);
  return message;
}

export function encodeEvent(event: ChaincodeEvent): Uint8Array {
  const message = new peer.ChaincodeEvent();
  message.setChaincodeId(event.chaincode);
  message.setTxId(event.txId);
  message.setEventName(event.name);
  message.setPayload(event.payload);
  return message.serializeBinary();
}

/** Throws BlockError MALFORMED. */
export function decodeResponsePayload(bytes: Uint8Array): { proposalHash: Uint8Array; action: ChaincodeAction } {
  const message = decodeMessage(peer.ProposalResponsePayload, bytes, 'proposal response payload');
  const action = decodeMessage(peer.ChaincodeAction, message.getExtension_asU8(), 'chaincode action');
  const response = present(action.getResponse(), 'response of the chaincode action');
  const id = present(action.getChaincodeId(), 'chaincode of the chaincode action');
  const event = action.getEvents_asU8();
  return {
    proposalHash: message.getProposalHash_asU8(),
    action: {
      results: action.getResults_asU8(),
      event: event.length > 0 ? decodeEvent(event) : undefined,
      response: {
        status: response.getStatus(),
        message: response.getMessage(),
        payload: response.getPayload_asU8(),
      },
      chaincode: { name: id.getName(), version: id.getVersion() },
    },
  };
}

/** The proposal that an endorsed result is for. Throws BlockError MALFORMED. */
export function decodeProposalHash(bytes: Uint8Array): Uint8Array {
  return decodeMessage(peer.ProposalResponsePayload, bytes, 'proposal response payload').getProposalHash_asU8();
}

/** Throws BlockError MALFORMED. */
export function decodeEvent(bytes: Uint8Array): ChaincodeEvent {
  const message = decodeMessage(peer.ChaincodeEvent, bytes, 'chaincode event');
  return {
    chaincode: message.getChaincodeId(),
    txId: message.getTxId(),
    name: message.getEventName(),
    payload: message.getPayload_asU8(),
  };
}
