// Fabric gateway.PreparedTransaction and gateway.CommitStatusRequest: the messages between client and gateway

import type { Identity } from '@hyperledger/fabric-gateway';
import { common, gateway, msp } from '@hyperledger/fabric-protos';

/** The envelope inside the bytes of a fabric-gateway Transaction, with the signature of its creator. */
export function signedEnvelope(preparedTransaction: Uint8Array, signature: Uint8Array): Uint8Array {
  const envelope = gateway.PreparedTransaction.deserializeBinary(preparedTransaction).getEnvelope();
  if (!envelope) throw new Error('the gateway gave no envelope');
  envelope.setSignature(signature);
  return envelope.serializeBinary();
}

/** What `Gateway.newTransaction` takes: a saved envelope with its transaction id. */
export function preparedTransaction(envelope: Uint8Array, txId: string): Uint8Array {
  const prepared = new gateway.PreparedTransaction();
  prepared.setTransactionId(txId);
  prepared.setEnvelope(common.Envelope.deserializeBinary(envelope));
  return prepared.serializeBinary();
}

/** What `Gateway.newCommit` takes, unsigned: the gateway client signs it. */
export function commitStatusRequest(channel: string, txId: string, identity: Identity): Uint8Array {
  const creator = new msp.SerializedIdentity();
  creator.setMspid(identity.mspId);
  creator.setIdBytes(identity.credentials);
  const request = new gateway.CommitStatusRequest();
  request.setChannelId(channel);
  request.setTransactionId(txId);
  request.setIdentity(creator.serializeBinary());
  const signed = new gateway.SignedCommitStatusRequest();
  signed.setRequest(request.serializeBinary());
  return signed.serializeBinary();
}
