// Fabric peer/events.proto, FilteredBlock: ids, types and codes of transactions, and events without their content
import { peer } from '@hyperledger/fabric-protos';
import {
  type Block,
  blockFlags,
  decodeEnvelope,
  decodeResponsePayload,
  decodeTransaction,
  type Envelope,
  HEADER_TYPE,
} from '#libs/fabric-block';

type Code = peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap];

function actions({ data }: Envelope): peer.FilteredTransactionActions {
  const message = new peer.FilteredTransactionActions();
  for (const { responsePayload } of decodeTransaction(data)) {
    const { event } = decodeResponsePayload(responsePayload).action;
    if (!event) continue;
    const named = new peer.ChaincodeEvent();
    named.setChaincodeId(event.chaincode);
    named.setTxId(event.txId);
    named.setEventName(event.name);
    const action = new peer.FilteredChaincodeAction();
    action.setChaincodeEvent(named);
    message.addChaincodeActions(action);
  }
  return message;
}

/** Transactions that were ordered without being well formed have no actions to show. */
function wellFormedActions(envelope: Envelope): peer.FilteredTransactionActions {
  try {
    return actions(envelope);
  } catch {
    return new peer.FilteredTransactionActions();
  }
}

export function filteredBlock(block: Block): peer.FilteredBlock {
  const flags = blockFlags(block);
  const message = new peer.FilteredBlock();
  message.setNumber(block.number);
  for (const [index, bytes] of block.data.entries()) {
    const envelope = decodeEnvelope(bytes);
    const { type, txId, channelId } = envelope.channelHeader;
    message.setChannelId(channelId);
    const transaction = new peer.FilteredTransaction();
    transaction.setTxid(txId);
    transaction.setType(type as ReturnType<peer.FilteredTransaction['getType']>);
    transaction.setTxValidationCode(flags[index] as Code);
    if (type === HEADER_TYPE.ENDORSER_TRANSACTION) transaction.setTransactionActions(wellFormedActions(envelope));
    message.addFilteredTransactions(transaction);
  }
  return message;
}
