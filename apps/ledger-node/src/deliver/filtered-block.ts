// Fabric peer/events.proto, FilteredBlock: ids, types and codes of transactions, and events without their content
import { common, peer } from '@hyperledger/fabric-protos';
import {
  type Block,
  blockFlags,
  decodeResponsePayload,
  decodeTransaction,
  HEADER_TYPE,
  VALIDATION_CODE,
} from '#libs/fabric-block';

type Code = peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap];
type Type = ReturnType<peer.FilteredTransaction['getType']>;

/** Encoded event of a transaction that is known to be well formed, without checking that again. */
function eventOf(action: peer.TransactionAction): Uint8Array {
  const endorsed = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8()).getAction()!;
  const response = peer.ProposalResponsePayload.deserializeBinary(endorsed.getProposalResponsePayload_asU8());
  return peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8()).getEvents_asU8();
}

function actions(data: Uint8Array): peer.FilteredTransactionActions {
  const message = new peer.FilteredTransactionActions();
  for (const transaction of peer.Transaction.deserializeBinary(data).getActionsList()) {
    const bytes = eventOf(transaction);
    if (bytes.length === 0) continue;
    const event = peer.ChaincodeEvent.deserializeBinary(bytes);
    event.setPayload('');
    const action = new peer.FilteredChaincodeAction();
    action.setChaincodeEvent(event);
    message.addChaincodeActions(action);
  }
  return message;
}

function isWellFormed(data: Uint8Array): boolean {
  try {
    for (const { responsePayload } of decodeTransaction(data)) decodeResponsePayload(responsePayload);
    return true;
  } catch {
    return false;
  }
}

/** Transactions that were ordered without being well formed have no actions to show; a valid one is well formed. */
function shownActions(data: Uint8Array, flag: number): peer.FilteredTransactionActions {
  const shown = flag === VALIDATION_CODE.VALID || isWellFormed(data);
  return shown ? actions(data) : new peer.FilteredTransactionActions();
}

/** Of an envelope out of a block, which the orderer has found well formed. */
function filtered(bytes: Uint8Array, flag: number): [string, peer.FilteredTransaction] {
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
  const header = common.ChannelHeader.deserializeBinary(payload.getHeader()!.getChannelHeader_asU8());
  const transaction = new peer.FilteredTransaction();
  transaction.setTxid(header.getTxId());
  transaction.setType(header.getType() as Type);
  transaction.setTxValidationCode(flag as Code);
  if (header.getType() === HEADER_TYPE.ENDORSER_TRANSACTION)
    transaction.setTransactionActions(shownActions(payload.getData_asU8(), flag));
  return [header.getChannelId(), transaction];
}

export function filteredBlock(block: Block): peer.FilteredBlock {
  const flags = blockFlags(block);
  const message = new peer.FilteredBlock();
  message.setNumber(block.number);
  for (const [index, bytes] of block.data.entries()) {
    const [channelId, transaction] = filtered(bytes, flags[index]!);
    message.setChannelId(channelId);
    message.addFilteredTransactions(transaction);
  }
  return message;
}
