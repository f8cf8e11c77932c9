// Fabric chaincode events: at most one for each transaction, and only those of valid transactions count
import {
  blockFlags,
  type ChaincodeEvent,
  decodeBlock,
  decodeEnvelope,
  decodeResponsePayload,
  decodeTransaction,
  HEADER_TYPE,
  VALIDATION_CODE,
} from '#libs/fabric-block';

function eventOf(bytes: Uint8Array): ChaincodeEvent | undefined {
  const { channelHeader, data } = decodeEnvelope(bytes);
  if (channelHeader.type !== HEADER_TYPE.ENDORSER_TRANSACTION) return undefined;
  const [action] = decodeTransaction(data);
  return action && decodeResponsePayload(action.responsePayload).action.event;
}

/** The events of a stored block in the order of its transactions. */
export function blockEvents(stored: Uint8Array): ChaincodeEvent[] {
  const block = decodeBlock(stored);
  const flags = blockFlags(block);
  return block.data
    .filter((_, index) => flags[index] === VALIDATION_CODE.VALID)
    .map(eventOf)
    .filter((event) => event !== undefined);
}
