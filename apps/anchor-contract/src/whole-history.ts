// Fabric lets transactions pass that name no time. fabric-shim fails on them, and with them every history in which there is one.
import { ledger } from '@hyperledger/fabric-protos';
import iterators from 'fabric-shim/lib/iterators.js';

/** A change without a time is one of 1970. */
iterators.HistoryQueryIterator.prototype._createAndEmitResult = function nextChange() {
  const bytes = this.response.getResultsList()[this.currentLoc]!.getResultbytes_asU8();
  const change = ledger.queryresult.KeyModification.deserializeBinary(bytes);
  this.currentLoc += 1;
  const { seconds, nanos } = change.getTimestamp()?.toObject() ?? { seconds: 0, nanos: 0 };
  const [txId, isDelete] = [change.getTxId(), change.getIsDelete()];
  const value = { txId, isDelete, value: Buffer.from(change.getValue_asU8()), timestamp: { seconds, nanos } };
  return { value, done: false };
};
