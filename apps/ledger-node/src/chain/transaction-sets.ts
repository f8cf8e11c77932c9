import {
  decodeReadWriteSet,
  decodeResponsePayload,
  decodeTransaction,
  type Envelope,
  HEADER_TYPE,
  type NamespaceSet,
} from '#libs/fabric-block';

/** The read-write sets of an envelope's one action; none for a configuration. Throws BlockError. */
export function transactionSets(envelope: Envelope): NamespaceSet[] {
  if (envelope.channelHeader.type !== HEADER_TYPE.ENDORSER_TRANSACTION) return [];
  const [action] = decodeTransaction(envelope.data);
  return action ? decodeReadWriteSet(decodeResponsePayload(action.responsePayload).action.results) : [];
}
